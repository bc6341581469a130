import { Button, Table } from 'antd';
import { timeFor } from '../jobs/job-figures.ts';
import { useSpeech } from '../language/language.ts';
import { useOperatorWords } from '../language/operator.ts';
import type { LoggedEvent } from './logged-event.ts';

interface AuditTableProps {
  readonly events: readonly LoggedEvent[];
  readonly loading: boolean;
  readonly onOpen: (event: LoggedEvent) => void;
}

/** A line for each event; all of it is a press away. */
export function AuditTable({ events, loading, onOpen }: AuditTableProps) {
  const { audit: words } = useOperatorWords();
  const { language } = useSpeech();
  const { columns } = words;
  return (
    <Table<LoggedEvent>
      rowKey="id"
      size="small"
      loading={loading}
      dataSource={[...events]}
      pagination={false}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: words.empty }}
      onRow={({ id }) => ({ 'data-logged': id }) as object}
      columns={[
        {
          key: 'time',
          title: columns.time,
          render: (_, { time }) => <time dateTime={time}>{timeFor(language, time)}</time>,
        },
        {
          key: 'type',
          title: columns.type,
          render: (_, event) => (
            <Button
              type="link"
              size="small"
              onClick={() => {
                onOpen(event);
              }}
            >
              {event.type}
            </Button>
          ),
        },
        { key: 'subject', title: columns.subject, render: (_, { subject }) => <code className="fine">{subject}</code> },
        {
          key: 'actor',
          title: columns.actor,
          render: (_, { actor }) =>
            actor === undefined ? <span className="fine">{words.system}</span> : <code className="fine">{actor}</code>,
        },
        {
          key: 'project',
          title: columns.project,
          render: (_, { projectid: project }) => <code className="fine">{project}</code>,
        },
      ]}
    />
  );
}
