import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useOperatorWords } from '../language/operator.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { ParkedDetail } from './parked-detail.tsx';
import type { ParkedMessage } from './parked-message.ts';
import { ParkedTable } from './parked-table.tsx';

/** Milliseconds between two looks: no event tells that a message was parked. */
const LOOK = 5_000;

/** 滞留消息: what no service could work off, why, and what becomes of it. */
export function ParkedPage() {
  const { parked: words } = useOperatorWords();
  const { api } = useGateway();
  const [opened, setOpened] = useState<ParkedMessage | null>(null);
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['operations', 'parked'],
    queryFn: ({ signal }) => answered(api.GET('/v1/operator/parked', { signal })),
    refetchInterval: LOOK,
  });
  return (
    <>
      <PageHead title={words.title} lead={words.lead} />
      <section className="panel" aria-label={words.title}>
        {error !== null && <ProblemAlert error={error} onAgain={() => void refetch()} />}
        <ParkedTable messages={data?.messages ?? []} loading={isPending} onOpen={setOpened} />
      </section>
      <ParkedDetail
        message={opened}
        onClose={() => {
          setOpened(null);
        }}
      />
    </>
  );
}
