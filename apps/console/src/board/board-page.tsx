import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { AddressProvider } from '../address/address-provider.tsx';
import { FeedPanel } from '../events/feed-panel.tsx';
import { useGateway } from '../gateway/use-gateway.ts';
import { JobBoard } from '../jobs/job-board.tsx';
import { JobNews } from '../jobs/job-news.ts';
import { useWords } from '../language/language.ts';
import { PageHead } from '../shell/page-head.tsx';

/** What happens, and what is being worked on. */
export function BoardPage() {
  const { menu } = useWords();
  const { region } = useGateway();
  const queries = useQueryClient();
  const news = useMemo(
    // A question under way is left to be answered, or a slow gateway would never answer one.
    () => new JobNews(() => void queries.invalidateQueries({ queryKey: ['jobs'] }, { cancelRefetch: false })),
    [queries],
  );
  return (
    <AddressProvider key={region}>
      <PageHead title={menu.pages.board} />
      <div className="board">
        <FeedPanel onEvent={news.heard} />
        <JobBoard />
      </div>
    </AddressProvider>
  );
}
