import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, Table } from 'antd';
import { useState } from 'react';
import { Link } from 'wouter';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useSpeech } from '../language/language.ts';
import { useServersWords } from '../language/servers.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { serverColumns } from './server-columns.tsx';
import type { Server, ServerStatus } from './server.ts';

const PAGE = 20;

interface ServerListProps {
  readonly status: ServerStatus | null;
  /** Exactly this one; all when empty. */
  readonly name: string;
}

/** A list of servers, page by page, the newest first. */
export function ServerList({ status, name }: ServerListProps) {
  const words = useServersWords();
  const { language } = useSpeech();
  const [markers, setMarkers] = useState<readonly string[]>([]);
  const { data, error, isPending, refetch } = useServers({ status, name, marker: markers.at(-1) ?? null });
  const last = data?.servers.at(-1)?.id;
  const isFiltered = status !== null || name !== '';
  return (
    <>
      {error !== null && <ProblemAlert error={error} onAgain={() => void refetch()} />}
      <Table<Server>
        className="servers"
        rowKey="id"
        size="middle"
        loading={isPending}
        dataSource={data?.servers}
        pagination={false}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: isFiltered ? words.none : <NoServers /> }}
        onRow={({ id, status: is, task }) =>
          ({ 'data-server': id, 'data-status': is, 'data-task': task ?? '' }) as object
        }
        columns={serverColumns(words, language)}
      />
      {(markers.length > 0 || data?.next !== undefined) && (
        <nav className="pages" aria-label={words.pages}>
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
            disabled={data?.next === undefined}
            onClick={() => {
              if (last !== undefined) setMarkers([...markers, last]);
            }}
          >
            {words.next}
          </Button>
        </nav>
      )}
    </>
  );
}

function NoServers() {
  const words = useServersWords();
  return (
    <div className="empty">
      <p>{words.empty}</p>
      <Link href="/servers/new">{words.order}</Link>
    </div>
  );
}

function useServers({ status, name, marker }: ServerListProps & { readonly marker: string | null }) {
  const { api, region } = useGateway();
  const query = {
    limit: String(PAGE),
    ...(status === null ? {} : { status }),
    ...(name === '' ? {} : { name }),
    ...(marker === null ? {} : { marker }),
  };
  return useQuery({
    queryKey: ['servers', region, 'list', status, name, marker],
    queryFn: ({ signal }) => answered(api.GET('/v1/servers', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}
