import { AddressProvider } from '../address/address-provider.tsx';
import { FeedPanel } from '../events/feed-panel.tsx';
import { useGateway } from '../gateway/use-gateway.ts';
import { JobBoard } from '../jobs/job-board.tsx';
import { useWords } from '../language/language.ts';
import { useHeard } from '../live/use-heard.ts';
import { OperationsDetail } from '../operations/operations-detail.tsx';
import { OperationsPanel } from '../operations/operations-panel.tsx';
import { PageHead } from '../shell/page-head.tsx';

/** 运营看板: how everything is doing, what happens, and what is being worked on. */
export function BoardPage() {
  const { menu } = useWords();
  const { region } = useGateway();
  const heard = useHeard();
  return (
    <AddressProvider key={region}>
      <PageHead title={menu.pages.board} />
      <div className="board">
        <div className="wide">
          <OperationsPanel />
        </div>
        <FeedPanel onEvent={heard} />
        <JobBoard />
        <div className="wide">
          <OperationsDetail />
        </div>
      </div>
    </AddressProvider>
  );
}
