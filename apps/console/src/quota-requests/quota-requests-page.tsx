import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Segmented } from 'antd';
import { useSearchParams } from 'wouter';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useOperatorWords } from '../language/operator.ts';
import { Pager, usePager } from '../paging/pager.tsx';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { RequestsTable } from './requests-table.tsx';

const STATES = ['submitted', 'approved', 'rejected', 'all'] as const;
const PAGE = 20;

/** 配额工单: what projects ask for, and what operators say to it. */
export function QuotaRequestsPage() {
  const { quotaRequests: words } = useOperatorWords();
  const { api, region } = useGateway();
  const [search, setSearch] = useSearchParams();
  const state = STATES.find((each) => each === search.get('state')) ?? 'submitted';
  const pager = usePager(state);
  const query = {
    limit: String(PAGE),
    ...(state === 'all' ? {} : { state }),
    ...(pager.marker === null ? {} : { marker: pager.marker }),
  };
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['quotas', region, 'all requests', query],
    queryFn: ({ signal }) => answered(api.GET('/v1/operator/quota-requests', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
  const requests = data?.quota_requests ?? [];
  return (
    <>
      <PageHead title={words.title} lead={words.lead} />
      <section className="panel" aria-label={words.title}>
        <Segmented
          aria-label={words.stateLabel}
          value={state}
          options={STATES.map((value) => ({ value, label: words.states[value] }))}
          onChange={(chosen) => {
            setSearch({ state: chosen });
          }}
        />
        {error !== null && <ProblemAlert error={error} onAgain={() => void refetch()} />}
        <RequestsTable requests={requests} loading={isPending} />
        <Pager pager={pager} last={requests.at(-1)?.id} hasNext={data?.next !== undefined} label={words.title} />
      </section>
    </>
  );
}
