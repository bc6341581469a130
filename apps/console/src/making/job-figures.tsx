import { Descriptions, Progress } from 'antd';
import { bytesFor, durationOf, percentOf } from '../jobs/job-figures.ts';
import { useSpeech } from '../language/language.ts';
import { useMakingWords } from '../language/making.ts';
import type { Job } from './job.ts';

/** How far a job is. */
export function JobFigures({ job }: { readonly job: Job }) {
  const { job: words } = useMakingWords();
  const { words: all, language } = useSpeech();
  const percent = percentOf(job);
  const bytes = (count: string): string => bytesFor(language, count);
  const total = job.bytes_total === null ? all.jobs.unknown : bytes(job.bytes_total);
  return (
    <>
      {percent !== null && (
        <Progress
          percent={percent}
          status={job.state === 'failed' ? 'exception' : 'normal'}
          aria-label={words.progress}
        />
      )}
      <Descriptions
        size="small"
        column={2}
        items={[
          { key: 'state', label: all.jobs.columns.state, children: all.jobs.state[job.state] },
          { key: 'phase', label: words.phase, children: all.jobs.phase[job.phase] ?? job.phase },
          { key: 'bytes', label: words.progress, children: `${bytes(job.bytes_done)} / ${total}` },
          { key: 'rate', label: words.rate, children: job.rate === null ? '—' : `${bytes(job.rate)}/s` },
          { key: 'eta', label: words.eta, children: job.eta === null ? '—' : durationOf(job.eta) },
        ]}
      />
      {job.queue_position !== null && <p className="fine">{all.jobs.position(job.queue_position)}</p>}
    </>
  );
}
