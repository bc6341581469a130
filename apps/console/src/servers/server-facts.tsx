import { Descriptions } from 'antd';
import { Link } from 'wouter';
import { timeFor } from '../jobs/job-figures.ts';
import { useSpeech } from '../language/language.ts';
import { useServersWords } from '../language/servers.ts';
import { flavorText } from './server-columns.tsx';
import type { Server } from './server.ts';

/** What a server is made of. */
export function ServerFacts({ server }: { readonly server: Server }) {
  const words = useServersWords();
  const { language } = useSpeech();
  const { detail, columns } = words;
  const { image_id, image_name, os_distro, os_version, network, system_disk, data_disks, started_at } = server;
  return (
    <section className="panel" aria-labelledby="facts-title">
      <h2 id="facts-title">{detail.facts}</h2>
      <Descriptions
        size="small"
        column={{ xs: 1, md: 2, xl: 3 }}
        items={[
          { key: 'id', label: detail.id, children: <code>{server.id}</code> },
          {
            key: 'image',
            label: columns.image,
            children: <Link href={`/images/${image_id}`}>{image_name ?? image_id}</Link>,
          },
          {
            key: 'system',
            label: detail.system,
            children: [os_distro, os_version].filter(Boolean).join(' ') || detail.unknown,
          },
          { key: 'flavor', label: columns.flavor, children: flavorText(words, language, server.flavor) },
          {
            key: 'disks',
            label: columns.disks,
            children: words.disks(
              system_disk.size_gib,
              data_disks.map(({ size_gib }) => size_gib),
            ),
          },
          { key: 'boot', label: detail.bootMode, children: server.boot_mode.toUpperCase() },
          { key: 'network', label: columns.network, children: network.name },
          { key: 'mac', label: detail.mac, children: <code>{network.mac_address}</code> },
          { key: 'created', label: columns.created, children: timeFor(language, server.created_at) },
          {
            key: 'started',
            label: detail.started,
            children: started_at === null ? detail.off : timeFor(language, started_at),
          },
        ]}
      />
    </section>
  );
}
