import type { JobOnBoard } from '@imago/contracts';
import { Table, type TableColumnsType, Tag } from 'antd';
import { useMemo } from 'react';
import { Link } from 'wouter';
import { useSpeech, useWords } from '../language/language.ts';
import type { Words } from '../language/words.zh.ts';
import { CancelJob } from './cancel-job.tsx';
import { timeFor } from './job-figures.ts';
import { JobProgress } from './job-progress.tsx';
import { JobReason } from './job-reason.tsx';
import { JOB_COLOURS } from './job-states.ts';
import { isOperator } from '../session/session.ts';
import { useSession } from '../session/use-session.ts';
import { retryOf } from './retry-job.ts';

interface JobTableProps {
  readonly jobs: readonly JobOnBoard[];
  readonly loading: boolean;
}

/** One line per job; under one that failed or was cancelled, why and what to do. */
export function JobTable({ jobs, loading }: JobTableProps) {
  const { words, language } = useSpeech();
  const all = isOperator(useSession());
  const columns = useMemo(() => columnsIn(words.jobs, language, all), [words, language, all]);
  const explained = jobs.filter(({ error }) => error !== null).map(({ id }) => id);
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={words.jobs.title}>
      <Table<JobOnBoard>
        className="jobs"
        size="small"
        rowKey="id"
        columns={columns}
        dataSource={[...jobs]}
        loading={loading}
        pagination={false}
        locale={{ emptyText: words.jobs.empty }}
        onRow={({ id, state }) => ({ 'data-job': id, 'data-state': state }) as object}
        expandable={{
          expandedRowKeys: explained,
          showExpandColumn: false,
          expandedRowRender: ({ error }) => error !== null && <JobReason error={error} />,
        }}
      />
    </div>
  );
}

function columnsIn(words: Words['jobs'], language: string, all: boolean): TableColumnsType<JobOnBoard> {
  const { columns } = words;
  const project: TableColumnsType<JobOnBoard> = [
    {
      key: 'project',
      title: columns.project,
      render: (_, { project_id: of }) => (
        <div className="project">
          <code className="fine">{of}</code>
        </div>
      ),
    },
  ];
  return [
    {
      key: 'job',
      title: columns.job,
      render: (_, { id, type, image_id: image }) => (
        <>
          <div className="row-actions">
            <Link href={`/jobs/${id}`}>{words.type[type]}</Link>
            {image !== null && (
              <Link className="fine" href={`/images/${image}`} aria-label={words.imageOf(words.type[type])}>
                {words.image}
              </Link>
            )}
          </div>
          <code className="fine unbroken">{id}</code>
        </>
      ),
    },
    {
      key: 'state',
      title: columns.state,
      render: (_, { state, phase, queue_position: place, attempt }) => (
        <>
          <Tag color={JOB_COLOURS[state]}>{words.state[state]}</Tag>
          <div className="fine">{place === null ? (words.phase[phase] ?? phase) : words.position(place)}</div>
          {attempt > 1 && state === 'running' && <div className="fine">{words.attempt(attempt)}</div>}
        </>
      ),
    },
    { key: 'progress', title: columns.progress, render: (_, job) => <JobProgress job={job} /> },
    ...(all ? project : []),
    {
      key: 'created',
      title: columns.created,
      render: (_, { created_at: created }) => <time dateTime={created}>{timeFor(language, created)}</time>,
    },
    {
      key: 'act',
      title: columns.act,
      render: (_, job) => <JobActions job={job} />,
    },
  ];
}

function JobActions({ job }: { readonly job: JobOnBoard }) {
  const { jobs: words } = useWords();
  const retry = retryOf(job);
  return (
    <div className="row-actions">
      <CancelJob job={job} />
      {retry !== null && (
        <Link href={retry} aria-label={words.retryOf(words.type[job.type], job.id.slice(-6))}>
          {words.retry}
        </Link>
      )}
    </div>
  );
}
