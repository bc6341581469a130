import { Alert } from 'antd';
import { useMakingWords } from '../language/making.ts';
import { useWords } from '../language/language.ts';
import type { Job } from './job.ts';

interface JobOutcomeProps {
  readonly job: Job;
  /** Of the image. */
  readonly name: string;
  /** The image can be used. */
  readonly isThere: boolean;
}

/** In a sentence how it is; why it failed, and what to do. */
export function JobOutcome({ job, name, isThere }: JobOutcomeProps) {
  const { job: words } = useMakingWords();
  const { problem } = useWords();
  if (job.error !== null)
    return (
      <Alert
        type={job.state === 'cancelled' ? 'warning' : 'error'}
        showIcon
        role="alert"
        title={`${job.state === 'cancelled' ? words.cancelled : words.failed}: ${job.error.message}`}
        description={
          <>
            <div>
              {problem.remedy}: {job.error.remedy}
            </div>
            <div className="fine">
              {problem.code}: <code>{job.error.code}</code>
            </div>
          </>
        }
      />
    );
  return (
    <div role="status">
      <Alert
        type={isThere ? 'success' : 'info'}
        showIcon
        title={isThere ? words.done : words.running(name)}
        description={isThere ? undefined : words.patience}
      />
    </div>
  );
}
