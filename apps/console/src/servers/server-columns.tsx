import type { TableColumnsType } from 'antd';
import { Link } from 'wouter';
import { bytesFor, timeFor } from '../jobs/job-figures.ts';
import type { ServersWords } from '../language/servers.zh.ts';
import { ServerActions } from './server-actions.tsx';
import { ServerState } from './server-state.tsx';
import type { Server } from './server.ts';

/** How a list shows a server. */
export function serverColumns(words: ServersWords, language: string): TableColumnsType<Server> {
  const { columns } = words;
  return [
    {
      key: 'name',
      title: columns.name,
      render: (_, { id, name }) => (
        <Link href={`/servers/${id}`} className="anywhere">
          {name}
        </Link>
      ),
    },
    { key: 'status', title: columns.status, render: (_, server) => <ServerState server={server} /> },
    {
      key: 'image',
      title: columns.image,
      render: (_, { image_name, os_distro, os_version }) => (
        <>
          <div className="anywhere">{image_name ?? words.detail.unknown}</div>
          <div className="fine">{[os_distro, os_version].filter(Boolean).join(' ')}</div>
        </>
      ),
    },
    { key: 'flavor', title: columns.flavor, render: (_, { flavor }) => flavorText(words, language, flavor) },
    { key: 'network', title: columns.network, render: (_, { network }) => network.name },
    {
      key: 'disks',
      title: columns.disks,
      render: (_, { system_disk, data_disks }) =>
        words.disks(
          system_disk.size_gib,
          data_disks.map(({ size_gib }) => size_gib),
        ),
    },
    { key: 'created', title: columns.created, render: (_, { created_at }) => timeFor(language, created_at) },
    { key: 'actions', title: columns.actions, render: (_, server) => <ServerActions server={server} /> },
  ];
}

/** `small（1 核 1 GiB）` */
export function flavorText(words: ServersWords, language: string, { name, vcpus, ram }: Server['flavor']): string {
  return words.flavorNamed(name, words.flavor(vcpus, bytesFor(language, String(ram * 2 ** 20))));
}
