import type { JobOnBoard } from '@imago/contracts';
import { Progress } from 'antd';
import { useSpeech } from '../language/language.ts';
import { bytesFor, durationOf, percentOf } from './job-figures.ts';

/** How far a job is, as a bar and in bytes. */
export function JobProgress({ job }: { readonly job: JobOnBoard }) {
  const { words, language } = useSpeech();
  const { jobs } = words;
  const percent = percentOf(job);
  const total = job.bytes_total === null ? jobs.unknown : bytesFor(language, job.bytes_total);
  return (
    <div className="progress">
      {percent !== null && (
        <Progress percent={percent} size="small" aria-label={jobs.progressOf(jobs.type[job.type])} />
      )}
      <span className="fine">
        {bytesFor(language, job.bytes_done)} / {total}
      </span>
      {job.rate !== null && (
        <div className="fine">
          {bytesFor(language, job.rate)}/s
          {job.eta !== null && ` · ${jobs.left(durationOf(job.eta))}`}
        </div>
      )}
    </div>
  );
}
