import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { useAddress } from '../address/address.ts';
import { FeedPanel } from '../events/feed-panel.tsx';
import { Gateway } from '../gateway/gateway.ts';
import { Problem } from '../gateway/problem.ts';
import { JobBoard } from '../jobs/job-board.tsx';
import { JobNews } from '../jobs/job-news.ts';
import type { Session } from '../session/session.ts';

interface BoardPageProps {
  readonly session: Session;
  readonly onExpired: () => void;
}

/** What happens, and what is being worked on. */
export function BoardPage({ session, onExpired }: BoardPageProps) {
  const { address } = useAddress();
  const queries = useQueryClient();
  const region = address.region ?? session.regions[0] ?? '';
  const gateway = useMemo(() => new Gateway({ token: session.token, region }), [session.token, region]);
  const news = useMemo(
    // A question under way is left to be answered, or a slow gateway would never answer one.
    () => new JobNews(() => void queries.invalidateQueries({ queryKey: ['jobs'] }, { cancelRefetch: false })),
    [queries],
  );
  const failed = useCallback(
    (error: unknown) => {
      if (error instanceof Problem && error.status === 401) onExpired();
    },
    [onExpired],
  );
  return (
    <div className="board">
      <FeedPanel gateway={gateway} onEvent={news.heard} onFailure={failed} />
      <JobBoard gateway={gateway} region={region} onFailure={failed} />
    </div>
  );
}
