import { Table, Tag } from 'antd';
import { timeFor } from '../jobs/job-figures.ts';
import { useAccountWords } from '../language/account.ts';
import { useSpeech } from '../language/language.ts';
import { useOperatorWords } from '../language/operator.ts';
import type { QuotaRequest } from '../quotas/quota.ts';
import { REQUEST_COLOURS } from '../quotas/request-colours.ts';
import { DecideButtons } from './decide-buttons.tsx';

interface RequestsTableProps {
  readonly requests: readonly QuotaRequest[];
  readonly loading: boolean;
}

/** The requests of all projects. */
export function RequestsTable({ requests, loading }: RequestsTableProps) {
  const { quotas } = useAccountWords();
  const { quotaRequests: words } = useOperatorWords();
  const { language } = useSpeech();
  const { columns } = quotas;
  return (
    <Table<QuotaRequest>
      rowKey="id"
      size="small"
      loading={loading}
      dataSource={[...requests]}
      pagination={false}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: words.empty }}
      onRow={({ id, state }) => ({ 'data-request': id, 'data-state': state }) as object}
      columns={[
        {
          key: 'project',
          title: words.columns.project,
          render: (_, { project_id: project }) => <code className="fine">{project}</code>,
        },
        { key: 'resource', title: columns.resource, render: (_, { resource }) => quotas.resource[resource] },
        {
          key: 'change',
          title: columns.change,
          render: (_, request) => `${request.current_limit} → ${request.requested_limit}`,
        },
        { key: 'reason', title: columns.reason, className: 'prose', render: (_, { reason }) => reason },
        {
          key: 'created',
          title: columns.created,
          render: (_, { created_at: created }) => <time dateTime={created}>{timeFor(language, created)}</time>,
        },
        {
          key: 'state',
          title: columns.state,
          render: (_, { state, comment }) => (
            <>
              <Tag color={REQUEST_COLOURS[state]}>{quotas.state[state]}</Tag>
              {comment !== null && <div className="fine">{comment}</div>}
            </>
          ),
        },
        {
          key: 'act',
          title: words.columns.act,
          render: (_, request) => request.state === 'submitted' && <DecideButtons request={request} />,
        },
      ]}
    />
  );
}
