import { useQuery } from '@tanstack/react-query';
import { Button, Spin } from 'antd';
import { Link } from 'wouter';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useMakingWords } from '../language/making.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { CancelJob } from './cancel-job.tsx';
import { hasEnded } from './job.ts';
import { JobFigures } from './job-figures.tsx';
import { JobOutcome } from './job-outcome.tsx';

interface JobProgressProps {
  readonly jobId: string;
  /** Begins another one. */
  readonly onAgain: () => void;
}

/** How far an image in the making is, as it happens, and where to go when it is there. */
export function JobProgress({ jobId, onAgain }: JobProgressProps) {
  const { job: words } = useMakingWords();
  const { api, region } = useGateway();
  const {
    data: job,
    error,
    refetch,
  } = useQuery({
    queryKey: ['jobs', region, jobId],
    queryFn: ({ signal }) => answered(api.GET('/v1/jobs/{job_id}', { params: { path: { job_id: jobId } }, signal })),
  });
  const image = useImage(job?.image_id ?? null);
  if (error !== null) return <ProblemAlert error={error} onAgain={() => void refetch()} />;
  if (job === undefined) return <Spin />;
  const name = image?.name ?? '';
  const isThere = job.state === 'succeeded' && image?.status === 'active';
  return (
    <section className="panel making-form" data-job={job.id} data-state={job.state}>
      <h2>{words.title}</h2>
      <JobOutcome {...{ job, name, isThere }} />
      {!isThere && <JobFigures job={job} />}
      <div className="form-actions">
        {hasEnded(job) ? (
          <Button onClick={onAgain}>{isThere ? words.another : words.again}</Button>
        ) : (
          <CancelJob {...{ job, name }} />
        )}
        {job.image_id !== null && (
          <Link href={`/images/${job.image_id}`} className="call">
            {words.show}
          </Link>
        )}
      </div>
    </section>
  );
}

function useImage(id: string | null) {
  const { api, region } = useGateway();
  const { data } = useQuery({
    queryKey: ['images', region, id],
    queryFn: ({ signal }) =>
      answered(api.GET('/v2/images/{image_id}', { params: { path: { image_id: id ?? '' } }, signal })),
    enabled: id !== null,
  });
  return data;
}
