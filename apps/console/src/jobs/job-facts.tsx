import type { JobOnBoard } from '@imago/contracts';
import { Tag } from 'antd';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useSpeech } from '../language/language.ts';
import { timeFor } from './job-figures.ts';
import { JobProgress } from './job-progress.tsx';
import { JOB_COLOURS } from './job-states.ts';

/** A job, fact by fact; what is not known yet is left out. */
export function JobFacts({ job }: { readonly job: JobOnBoard }) {
  const { words, language } = useSpeech();
  const { jobs } = words;
  const { columns, facts } = jobs;
  const time = (instant: string | null): ReactNode =>
    instant !== null && <time dateTime={instant}>{timeFor(language, instant)}</time>;
  const shown: readonly [string, ReactNode][] = [
    [columns.state, <Tag color={JOB_COLOURS[job.state]}>{jobs.state[job.state]}</Tag>],
    [columns.phase, jobs.phase[job.phase] ?? job.phase],
    [facts.place, job.queue_position !== null && jobs.position(job.queue_position)],
    [columns.progress, <JobProgress job={job} />],
    [facts.attempt, job.attempt > 0 && job.attempt],
    [jobs.image, job.image_id !== null && <Link href={`/images/${job.image_id}`}>{job.image_id}</Link>],
    [facts.file, job.result !== null && <code>{`s3://${job.result.bucket}/${job.result.object}`}</code>],
    [columns.project, <code>{job.project_id}</code>],
    [columns.created, time(job.created_at)],
    [facts.started, time(job.started_at)],
    [facts.finished, time(job.finished_at)],
    [facts.updated, time(job.updated_at)],
  ];
  return (
    <dl className="facts" data-job={job.id} data-state={job.state}>
      {shown
        .filter(([, value]) => value !== false)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
