import type { JobOnBoard, JobState } from '@imago/contracts';
import { Progress, Table, type TableColumnsType, Tag } from 'antd';
import { useMemo } from 'react';
import { useSpeech } from '../language/language.ts';
import type { Words } from '../language/words.zh.ts';
import { bytesFor, durationOf, percentOf, timeFor } from './job-figures.ts';

interface JobTableProps {
  readonly jobs: readonly JobOnBoard[];
  readonly loading: boolean;
}

const COLOURS: Readonly<Record<JobState, string>> = {
  queued: 'default',
  running: 'processing',
  cancelling: 'warning',
  succeeded: 'success',
  failed: 'error',
  cancelled: 'default',
};

/** One line per job; under one that failed or was cancelled, why and what to do. */
export function JobTable({ jobs, loading }: JobTableProps) {
  const { words, language } = useSpeech();
  const columns = useMemo(() => columnsIn(words.jobs, language), [words, language]);
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
          expandedRowRender: (job) => <Reason job={job} words={words} />,
        }}
      />
    </div>
  );
}

function columnsIn(words: Words['jobs'], language: string): TableColumnsType<JobOnBoard> {
  const { columns } = words;
  const bytes = (count: string): string => bytesFor(language, count);
  return [
    {
      title: columns.job,
      render: (_, { id, type, image_id: image }) => (
        <>
          <div>{words.type[type]}</div>
          <code className="fine">{id}</code>
          {image !== null && (
            <div className="fine">
              {words.image} <code>{image}</code>
            </div>
          )}
        </>
      ),
    },
    {
      title: columns.state,
      render: (_, { state, queue_position: place, attempt }) => (
        <>
          <Tag color={COLOURS[state]}>{words.state[state]}</Tag>
          {place !== null && <div className="fine">{words.position(place)}</div>}
          {attempt > 1 && state === 'running' && <div className="fine">{words.attempt(attempt)}</div>}
        </>
      ),
    },
    { title: columns.phase, render: (_, { phase }) => words.phase[phase] ?? phase },
    {
      title: columns.progress,
      render: (_, job) => {
        const percent = percentOf(job);
        const total = job.bytes_total === null ? words.unknown : bytes(job.bytes_total);
        return (
          <div className="progress">
            {percent !== null && (
              <Progress percent={percent} size="small" aria-label={words.progressOf(words.type[job.type])} />
            )}
            <span className="fine">
              {bytes(job.bytes_done)} / {total}
            </span>
          </div>
        );
      },
    },
    { title: columns.rate, render: (_, { rate }) => (rate === null ? '–' : `${bytes(rate)}/s`) },
    { title: columns.eta, render: (_, { eta }) => (eta === null ? '–' : durationOf(eta)) },
    {
      title: columns.project,
      width: 150,
      render: (_, { project_id: project }) => <code className="fine">{project}</code>,
    },
    {
      title: columns.created,
      render: (_, { created_at: created }) => <time dateTime={created}>{timeFor(language, created)}</time>,
    },
  ];
}

function Reason({ job: { error }, words: { problem } }: { readonly job: JobOnBoard; readonly words: Words }) {
  if (error === null) return null;
  return (
    <div className="reason">
      <strong>{error.message}</strong>
      <div>
        {problem.remedy}: {error.remedy}
      </div>
      <div className="fine">
        {problem.code}: <code>{error.code}</code>
      </div>
    </div>
  );
}
