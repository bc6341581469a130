import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Radio, Table } from 'antd';
import { useEffect } from 'react';
import { Link } from 'wouter';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useMakingWords } from '../language/making.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import type { Server } from '../servers/server.ts';
import { ServerState } from '../servers/server-state.tsx';
import { StopFirst } from './stop-first.tsx';

interface ServerPickerProps {
  readonly value?: Server;
  readonly onChange?: (server: Server | undefined) => void;
  /** Chosen to begin with, when it is stopped. */
  readonly chosenId: string | null;
}

const PAGE = 50;

/** Only a server that is off, and with which nothing is being done, gives an image. */
export function isUsable({ status, task }: Server): boolean {
  return status === 'stopped' && task === null;
}

/** A field of a form whose value is a stopped server. One that runs is stopped here. */
export function ServerPicker({ value, onChange, chosenId }: ServerPickerProps) {
  const { server: words } = useMakingWords();
  const { api, region } = useGateway();
  const { data, error, isPending, hasNextPage, fetchNextPage, isFetchingNextPage, refetch } = useInfiniteQuery({
    queryKey: ['servers', region, 'choice'],
    queryFn: ({ signal, pageParam }) => {
      const marker = pageParam === null ? {} : { marker: pageParam };
      return answered(api.GET('/v1/servers', { params: { query: { limit: String(PAGE), ...marker } }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next, servers }) => (next === undefined ? null : (servers.at(-1)?.id ?? null)),
  });
  const servers = data?.pages.flatMap((page) => page.servers) ?? [];
  useKeptChoice({ servers, value, onChange, chosenId });
  return (
    <div role="group" aria-label={words.choose} className="server-picker">
      <div className="field-label">{words.choose}</div>
      <p className="fine">{words.lead}</p>
      {error !== null && <ProblemAlert error={error} onAgain={() => void refetch()} />}
      <Table<Server>
        rowKey="id"
        size="small"
        loading={isPending}
        dataSource={servers}
        pagination={false}
        scroll={{ x: 'max-content', y: 320 }}
        locale={{ emptyText: <NoServers /> }}
        onRow={({ id, status }) => ({ 'data-server': id, 'data-status': status }) as object}
        columns={[
          {
            key: 'name',
            title: words.name,
            render: (_, server) => (
              <Radio
                name="server"
                checked={value?.id === server.id}
                disabled={!isUsable(server)}
                aria-label={words.chooseNamed(server.name)}
                onChange={() => onChange?.(server)}
              >
                {server.name}
              </Radio>
            ),
          },
          { key: 'status', title: words.status, render: (_, server) => <ServerState server={server} /> },
          {
            key: 'system',
            title: words.system,
            render: (_, { os_distro, os_version }) => [os_distro, os_version].filter(Boolean).join(' '),
          },
          {
            key: 'disks',
            title: words.disks,
            render: (_, { system_disk, data_disks }) => words.diskList(system_disk.size_gib, data_disks.length),
          },
          { key: 'stop', title: '', render: (_, server) => <StopFirst server={server} /> },
        ]}
      />
      {hasNextPage && (
        <Button size="small" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {words.more}
        </Button>
      )}
    </div>
  );
}

/** What is chosen stays what the list says of it: a server that was started meanwhile is chosen no more. */
function useKeptChoice({
  servers,
  value,
  onChange,
  chosenId,
}: ServerPickerProps & { readonly servers: readonly Server[] }) {
  useEffect(() => {
    const known = servers.find(({ id }) => id === (value?.id ?? chosenId));
    if (known === undefined || known === value) return;
    if (isUsable(known)) onChange?.(known);
    else if (value !== undefined) onChange?.(undefined);
  }, [servers, value, onChange, chosenId]);
}

function NoServers() {
  const { server: words } = useMakingWords();
  return (
    <div className="empty">
      <p>{words.empty}</p>
      <Link href="/servers/new">{words.order}</Link>
    </div>
  );
}
