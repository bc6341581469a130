import type { JobState } from '@imago/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, Tabs } from 'antd';
import { useState } from 'react';
import { useAddress } from '../address/address.ts';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useWords } from '../language/language.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { JobTable } from './job-table.tsx';

const STATES: readonly JobState[] = ['running', 'queued', 'failed', 'succeeded', 'cancelling', 'cancelled'];
const PAGE = 20;
/** Milliseconds between two looks when no event says that something has changed: filters keep events away. */
const LOOK = 5_000;

/** The jobs of all projects in the region, the newest first. */
export function JobBoard() {
  const { jobs: words } = useWords();
  const { address, go } = useAddress();
  const state = STATES.find((each) => each === address.state) ?? null;
  return (
    <section className="panel" aria-labelledby="jobs-title">
      <h2 id="jobs-title">{words.title}</h2>
      <Tabs
        aria-label={words.states}
        activeKey={state ?? 'all'}
        onChange={(key) => {
          go({ state: key === 'all' ? null : key });
        }}
        items={[
          { key: 'all', label: words.all },
          ...STATES.map((each) => ({ key: each, label: words.state[each] })),
        ].map((item) => ({
          ...item,
          children: item.key === (state ?? 'all') && <JobList key={item.key} state={state} />,
        }))}
      />
    </section>
  );
}

/** A list of one state, page by page; only the page that is looked at is asked for again. */
function JobList({ state }: { readonly state: JobState | null }) {
  const { jobs: words } = useWords();
  const { api, region } = useGateway();
  const [markers, setMarkers] = useState<readonly string[]>([]);
  const marker = markers.at(-1) ?? null;
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['jobs', region, state, marker],
    queryFn: ({ signal }) => answered(api.GET('/v1/jobs', { params: { query: jobsQuery(state, marker) }, signal })),
    refetchInterval: LOOK,
    placeholderData: keepPreviousData,
  });
  const last = data?.jobs.at(-1)?.id;
  const hasNext = data?.next !== undefined && last !== undefined;
  return (
    <>
      {error !== null && <ProblemAlert error={error} onAgain={() => void refetch()} />}
      <JobTable jobs={data?.jobs ?? []} loading={isPending} />
      <nav className="pages" aria-label={words.title}>
        <Button
          size="small"
          disabled={markers.length === 0}
          onClick={() => {
            setMarkers(markers.slice(0, -1));
          }}
        >
          {words.previous}
        </Button>
        <span className="fine">{words.page(markers.length + 1)}</span>
        <Button
          size="small"
          disabled={!hasNext}
          onClick={() => {
            if (last !== undefined) setMarkers([...markers, last]);
          }}
        >
          {words.next}
        </Button>
      </nav>
    </>
  );
}

function jobsQuery(state: JobState | null, marker: string | null) {
  return {
    limit: String(PAGE),
    ...(state === null ? {} : { state }),
    ...(marker === null ? {} : { marker }),
  };
}
