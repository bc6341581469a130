import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { EventDetail } from '../events/event-detail.tsx';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useOperatorWords } from '../language/operator.ts';
import { Pager, usePager } from '../paging/pager.tsx';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { AuditFilters } from './audit-filters.tsx';
import { type AuditFilter, readFilter, writeFilter } from './audit-filter.ts';
import { AuditTable } from './audit-table.tsx';
import type { LoggedEvent } from './logged-event.ts';

const PAGE = 50;

/** 审计日志: who did what, to what, and when. */
export function AuditPage() {
  const { audit: words } = useOperatorWords();
  const { api, region } = useGateway();
  const [search, setSearch] = useSearchParams();
  const filter = readFilter(search);
  const pager = usePager(search.toString());
  const [opened, setOpened] = useState<LoggedEvent | null>(null);
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['events', region, 'audit', filter, pager.marker],
    queryFn: ({ signal }) =>
      answered(api.GET('/v1/audit', { params: { query: auditQuery(filter, pager.marker) }, signal })),
    placeholderData: keepPreviousData,
  });
  const next = data?.next === undefined ? undefined : markerOf(data.next);
  return (
    <>
      <PageHead title={words.title} lead={words.lead} />
      <section className="panel" aria-label={words.title}>
        <AuditFilters
          key={search.toString()}
          filter={filter}
          onFilter={(wanted) => {
            setSearch(writeFilter(wanted));
          }}
        />
        {error !== null && <ProblemAlert error={error} onAgain={() => void refetch()} />}
        <AuditTable events={data?.events ?? []} loading={isPending} onOpen={setOpened} />
        <Pager pager={pager} last={next} hasNext={next !== undefined} label={words.title} />
      </section>
      <EventDetail
        event={opened}
        onClose={() => {
          setOpened(null);
        }}
      />
    </>
  );
}

function auditQuery({ types, subject, project }: AuditFilter, marker: string | null) {
  return {
    limit: String(PAGE),
    ...(types.length === 0 ? {} : { type: [...types] }),
    ...(subject === '' ? {} : { subject }),
    ...(project === '' ? {} : { project_id: project }),
    ...(marker === null ? {} : { marker }),
  };
}

/** The log goes on at a number that only its own way to the next page says. */
function markerOf(next: string): string | undefined {
  return new URLSearchParams(next.slice(next.indexOf('?'))).get('marker') ?? undefined;
}
