import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answered } from '../../gateway/gateway.ts';
import { useGateway } from '../../gateway/use-gateway.ts';
import { JobTable } from '../../jobs/job-table.tsx';
import { useImageWords } from '../../language/image.ts';
import { Pager, usePager } from '../../paging/pager.tsx';
import { ProblemAlert } from '../../problem/problem-alert.tsx';
import type { Image } from '../image.ts';

/** Milliseconds between two looks while something moves: progress is not told event by event. */
const LOOK = 3_000;

/** What was and is being done with an image. */
export function JobsView({ image }: { readonly image: Image }) {
  const { jobs: words, views } = useImageWords();
  const { api, region } = useGateway();
  const pager = usePager(image.id);
  const { marker } = pager;
  const { data, error, isPending } = useQuery({
    queryKey: ['jobs', region, 'of', image.id, marker],
    queryFn: ({ signal }) => {
      const query = { image_id: image.id, limit: '20', ...(marker === null ? {} : { marker }) };
      return answered(api.GET('/v1/jobs', { params: { query }, signal }));
    },
    refetchInterval: ({ state }) => (state.data?.jobs.some((job) => job.finished_at === null) === true ? LOOK : false),
    placeholderData: keepPreviousData,
  });
  if (error !== null) return <ProblemAlert error={error} />;
  if (data?.jobs.length === 0) return <p className="empty">{words.none}</p>;
  return (
    <>
      <JobTable jobs={data?.jobs ?? []} loading={isPending} />
      <Pager pager={pager} last={data?.jobs.at(-1)?.id} hasNext={data?.next !== undefined} label={views.jobs} />
    </>
  );
}
