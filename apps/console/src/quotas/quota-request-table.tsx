import { useQuery } from '@tanstack/react-query';
import { Table, Tag } from 'antd';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { timeFor } from '../jobs/job-figures.ts';
import { useAccountWords } from '../language/account.ts';
import { useSpeech } from '../language/language.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import type { QuotaRequest } from './quota.ts';
import { REQUEST_COLOURS } from './request-colours.ts';

/** What the project asked for, and what became of it. */
export function QuotaRequestTable() {
  const { quotas: words } = useAccountWords();
  const { language } = useSpeech();
  const { api, region } = useGateway();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['quotas', region, 'requests'],
    queryFn: ({ signal }) => answered(api.GET('/v1/quota-requests', { params: { query: { limit: '100' } }, signal })),
  });
  const { columns } = words;
  return (
    <>
      {error !== null && <ProblemAlert error={error} onAgain={() => void refetch()} />}
      <Table<QuotaRequest>
        rowKey="id"
        size="small"
        loading={isPending}
        dataSource={data?.quota_requests}
        pagination={false}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: words.noRequests }}
        onRow={({ id, state }) => ({ 'data-request': id, 'data-state': state }) as object}
        columns={[
          { key: 'resource', title: columns.resource, render: (_, { resource }) => words.resource[resource] },
          {
            key: 'change',
            title: columns.change,
            render: (_, request) => `${request.current_limit} → ${request.requested_limit}`,
          },
          { key: 'reason', title: columns.reason, className: 'prose', render: (_, { reason }) => reason },
          {
            key: 'state',
            title: columns.state,
            render: (_, { state }) => <Tag color={REQUEST_COLOURS[state]}>{words.state[state]}</Tag>,
          },
          { key: 'comment', title: columns.comment, className: 'prose', render: (_, { comment }) => comment ?? '–' },
          {
            key: 'created',
            title: columns.created,
            render: (_, { created_at: created }) => <time dateTime={created}>{timeFor(language, created)}</time>,
          },
        ]}
      />
    </>
  );
}
