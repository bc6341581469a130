import { useQuery } from '@tanstack/react-query';
import { Alert, Spin } from 'antd';
import { Link, useParams } from 'wouter';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useWords } from '../language/language.ts';
import { useServersWords } from '../language/servers.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { ConsoleLog } from './console-log.tsx';
import { ServerActions } from './server-actions.tsx';
import { ServerFacts } from './server-facts.tsx';
import { ServerState } from './server-state.tsx';
import type { Server } from './server.ts';

/** One server: what it is, what it says, and what can be done with it. */
export function ServerPage() {
  const words = useServersWords();
  const { api, region } = useGateway();
  const { id = '' } = useParams();
  const {
    data: server,
    error,
    refetch,
  } = useQuery({
    queryKey: ['servers', region, id],
    queryFn: ({ signal }) =>
      answered(api.GET('/v1/servers/{server_id}', { params: { path: { server_id: id } }, signal })),
  });
  return (
    <>
      <PageHead title={server?.name ?? words.title} lead={server !== undefined && <ServerState server={server} />}>
        {server !== undefined && error === null && <ServerActions server={server} />}
        <Link href="/servers">{words.back}</Link>
      </PageHead>
      {error !== null && <ProblemAlert error={error} onAgain={() => void refetch()} />}
      {server === undefined && error === null && <Spin />}
      {server !== undefined && error === null && (
        <div className="server-page" data-server={server.id} data-status={server.status} data-task={server.task ?? ''}>
          <Fault server={server} />
          <ServerFacts server={server} />
          <ConsoleLog server={server} />
        </div>
      )}
    </>
  );
}

/** The last thing that went wrong with it. */
function Fault({ server: { fault } }: { readonly server: Server }) {
  const { detail } = useServersWords();
  const { problem } = useWords();
  if (fault === null) return null;
  return (
    <Alert
      type="error"
      showIcon
      title={`${detail.fault}: ${fault.message}`}
      description={
        <>
          <div>
            {problem.remedy}: {fault.remedy}
          </div>
          <div className="fine">
            {problem.code}: <code>{fault.code}</code>
          </div>
        </>
      }
    />
  );
}
