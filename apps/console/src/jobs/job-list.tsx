import type { JobState, JobType } from '@imago/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useWords } from '../language/language.ts';
import { Pager, usePager } from '../paging/pager.tsx';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { JobTable } from './job-table.tsx';

interface JobListProps {
  /** Null: all of them. */
  readonly state: JobState | null;
  readonly type?: JobType | null;
  /** Milliseconds between two looks when no event says that something has changed; none when left out. */
  readonly look?: number;
}

const PAGE = 20;

/** Jobs, the newest first, page by page; only the page that is looked at is asked for again. */
export function JobList({ state, type = null, look }: JobListProps) {
  const { jobs: words } = useWords();
  const { api, region } = useGateway();
  const pager = usePager(`${state ?? ''} ${type ?? ''}`);
  const { marker } = pager;
  const query = {
    limit: String(PAGE),
    ...(state === null ? {} : { state }),
    ...(type === null ? {} : { type }),
    ...(marker === null ? {} : { marker }),
  };
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['jobs', region, query],
    queryFn: ({ signal }) => answered(api.GET('/v1/jobs', { params: { query }, signal })),
    refetchInterval: look ?? false,
    placeholderData: keepPreviousData,
  });
  return (
    <>
      {error !== null && <ProblemAlert error={error} onAgain={() => void refetch()} />}
      <JobTable jobs={data?.jobs ?? []} loading={isPending} />
      <Pager pager={pager} last={data?.jobs.at(-1)?.id} hasNext={data?.next !== undefined} label={words.title} />
    </>
  );
}
