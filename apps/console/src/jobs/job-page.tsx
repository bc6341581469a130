import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { Link, useParams } from 'wouter';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useWords } from '../language/language.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { CancelJob } from './cancel-job.tsx';
import { JobFacts } from './job-facts.tsx';
import { JobReason } from './job-reason.tsx';
import { retryOf } from './retry-job.ts';

/** One job: all that is known of it, and what can be done with it. */
export function JobPage() {
  const { jobs: words } = useWords();
  const { id = '' } = useParams();
  const { api, region } = useGateway();
  const {
    data: job,
    error,
    refetch,
  } = useQuery({
    queryKey: ['jobs', region, 'one', id],
    queryFn: ({ signal }) => answered(api.GET('/v1/jobs/{job_id}', { params: { path: { job_id: id } }, signal })),
  });
  const retry = job === undefined ? null : retryOf(job);
  return (
    <>
      <PageHead title={job === undefined ? words.one : words.titleOf(words.type[job.type])} lead={<code>{id}</code>}>
        {job !== undefined && <CancelJob job={job} />}
        {retry !== null && (
          <Link className="ant-btn button-link" href={retry}>
            {words.retry}
          </Link>
        )}
      </PageHead>
      {error !== null && <ProblemAlert error={error} onAgain={() => void refetch()} />}
      <section className="panel" aria-label={words.one}>
        {job === undefined && error === null && <Skeleton active />}
        {job?.error != null && (
          <div role="alert" className="job-error">
            <JobReason error={job.error} />
          </div>
        )}
        {job !== undefined && <JobFacts job={job} />}
      </section>
    </>
  );
}
