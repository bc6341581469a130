import { useQuery } from '@tanstack/react-query';
import { Button, Skeleton } from 'antd';
import { useState } from 'react';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useAccountWords } from '../language/account.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { QuotaBar } from './quota-bar.tsx';
import { QuotaRequestDialog } from './quota-request-dialog.tsx';
import { QuotaRequestTable } from './quota-request-table.tsx';

/** 配额: what the project may have, how much of it is used, and how to get more. */
export function QuotasPage() {
  const { quotas: words } = useAccountWords();
  const { api, region } = useGateway();
  const [asking, setAsking] = useState(false);
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['quotas', region, 'own'],
    queryFn: ({ signal }) => answered(api.GET('/v1/quotas', { signal })),
  });
  const quotas = (data?.quotas ?? []).filter((quota) => quota.region === region);
  return (
    <>
      <PageHead title={words.title} lead={words.lead}>
        <Button
          type="primary"
          disabled={data === undefined}
          onClick={() => {
            setAsking(true);
          }}
        >
          {words.request}
        </Button>
      </PageHead>
      {error !== null && <ProblemAlert error={error} onAgain={() => void refetch()} />}
      {isPending ? (
        <Skeleton active />
      ) : (
        <ul className="quotas">
          {quotas.map((quota) => (
            <QuotaBar key={quota.resource} quota={quota} />
          ))}
        </ul>
      )}
      <section className="panel" aria-labelledby="requests-title">
        <h2 id="requests-title">{words.requests}</h2>
        <QuotaRequestTable />
      </section>
      {asking && (
        <QuotaRequestDialog
          quotas={quotas}
          onClose={() => {
            setAsking(false);
          }}
        />
      )}
    </>
  );
}
