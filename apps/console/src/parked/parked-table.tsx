import { Button, Table, Tag } from 'antd';
import { timeFor } from '../jobs/job-figures.ts';
import { useSpeech } from '../language/language.ts';
import { useOperatorWords } from '../language/operator.ts';
import { ParkedActions } from './parked-actions.tsx';
import type { ParkedMessage } from './parked-message.ts';

interface ParkedTableProps {
  readonly messages: readonly ParkedMessage[];
  readonly loading: boolean;
  readonly onOpen: (message: ParkedMessage) => void;
}

/** Each message with its cause. */
export function ParkedTable({ messages, loading, onOpen }: ParkedTableProps) {
  const { parked: words } = useOperatorWords();
  const { language } = useSpeech();
  const { columns } = words;
  return (
    <Table<ParkedMessage>
      rowKey={({ service, id }) => `${service} ${id}`}
      size="small"
      loading={loading}
      dataSource={[...messages]}
      pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: words.empty }}
      onRow={({ id, service }) => ({ 'data-parked': id, 'data-service': service }) as object}
      columns={[
        {
          key: 'message',
          title: columns.message,
          render: (_, { id, type }) => (
            <>
              <div>{type ?? words.noType}</div>
              <code className="fine">{id}</code>
            </>
          ),
        },
        { key: 'queue', title: columns.queue, render: (_, { queue }) => <code className="fine">{queue}</code> },
        {
          key: 'reason',
          title: columns.reason,
          className: 'prose',
          render: (_, { reason, error }) => (
            <>
              <Tag color="error">{words.reasons[reason] ?? reason}</Tag>
              <div className="fine clamped">{error}</div>
            </>
          ),
        },
        {
          key: 'parked',
          title: columns.parked,
          render: (_, { parked_at: at }) => (at === null ? '–' : <time dateTime={at}>{timeFor(language, at)}</time>),
        },
        {
          key: 'act',
          title: columns.act,
          render: (_, message) => (
            <div className="row-actions">
              <Button
                size="small"
                onClick={() => {
                  onOpen(message);
                }}
              >
                {words.inspect}
              </Button>
              <ParkedActions message={message} />
            </div>
          ),
        },
      ]}
    />
  );
}
