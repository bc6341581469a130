import { Table, Tag } from 'antd';
import { timeFor } from '../jobs/job-figures.ts';
import { useSpeech } from '../language/language.ts';
import { useOperatorWords } from '../language/operator.ts';
import { type QueueDepth, type ShownService, waitingIn } from './operations.ts';

interface ServiceTableProps {
  readonly services: readonly ShownService[];
  readonly queues: readonly QueueDepth[];
}

const COLOURS: Readonly<Record<ShownService['state'], string>> = {
  ready: 'success',
  not_ready: 'warning',
  silent: 'error',
};

/** Each service: whether it can work and why not, what it has to publish, and what waits for it. */
export function ServiceTable({ services, queues }: ServiceTableProps) {
  const { operations } = useOperatorWords();
  const { service: words } = operations;
  const { language } = useSpeech();
  const number = (value: number): string => value.toLocaleString(language, { maximumFractionDigits: 1 });
  return (
    <Table<ShownService>
      rowKey="service"
      size="small"
      aria-labelledby="services-title"
      dataSource={[...services]}
      pagination={false}
      scroll={{ x: 'max-content' }}
      onRow={({ service, state }) => ({ 'data-service': service, 'data-state': state }) as object}
      columns={[
        { key: 'service', title: words.name, render: (_, { service }) => <code>{service}</code> },
        {
          key: 'state',
          title: words.state,
          className: 'prose',
          render: (_, { state, faults }) => (
            <>
              <Tag color={COLOURS[state]}>{operations.states[state]}</Tag>
              {Object.entries(faults).map(([name, fault]) => (
                <div key={name} className="fine">
                  {name}: {fault}
                </div>
              ))}
            </>
          ),
        },
        {
          key: 'outbox',
          title: words.outbox,
          align: 'end',
          render: (_, { outbox }) => (outbox === null ? '–' : number(outbox.unpublished)),
        },
        {
          key: 'oldest',
          title: words.oldest,
          align: 'end',
          render: (_, { outbox }) =>
            outbox === null || outbox.unpublished === 0 ? '–' : words.seconds(number(outbox.oldest_seconds)),
        },
        {
          key: 'queued',
          title: words.queued,
          align: 'end',
          render: (_, { service }) => number(waitingIn(queues, false, service)),
        },
        {
          key: 'parked',
          title: words.parked,
          align: 'end',
          render: (_, { service }) => number(waitingIn(queues, true, service)),
        },
        {
          key: 'started',
          title: words.started,
          render: (_, { started_at: started }) =>
            started === null ? '–' : <time dateTime={started}>{timeFor(language, started)}</time>,
        },
      ]}
    />
  );
}
