import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type OpenStackClients,
  PACKAGE_CACHE,
  providedOrTold,
  provideOpenStackClients,
  runCommand,
} from '@imago/infra';
import { EXHAUSTIVE } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandLine } from '../test/command-line.ts';
import { LoadedClients } from '../test/openstack-clients.ts';
import { serveFile } from '../test/range-server.ts';
import { approved, scanned, systemDisk } from '../test/publishing.ts';
import { smallQcow2 } from '../test/source-disks.ts';
import { systemFor } from '../test/shared-system.ts';
import type { SystemUnderTest } from '../test/system-under-test.ts';
import { expectTrueState } from '../test/true-state.ts';

const PAGE = join(import.meta.dirname, '../../../docs/clients.md');
/** Each test is several commands. */
const LONG = 300_000;

const clients = await openStackClients();
const journey = clients === null ? describe.skip : describe;

function openStackClients(): Promise<OpenStackClients | null> {
  const cache = { directory: PACKAGE_CACHE, signal: AbortSignal.timeout(LONG), report: () => undefined };
  return providedOrTold("OpenStack's own commands against Imago", () =>
    provideOpenStackClients({ cache, forcePrivate: true }),
  );
}

journey('the commands of OpenStack', () => {
  let loaded: LoadedClients;
  let sut: SystemUnderTest;
  let alice: CommandLine;
  let bob: CommandLine;
  let operator: CommandLine;
  const disk = Buffer.concat([systemDisk(), randomBytes(3 * 2 ** 20)]);

  beforeAll(async () => {
    sut = await systemFor('clients');
    loaded = await LoadedClients.load(clients as OpenStackClients, join(sut.directory, 'clients'));
    const at = { clients: loaded, gateway: sut.system.gateway, directory: sut.directory };
    alice = await CommandLine.of(sut.alice, at);
    bob = await CommandLine.of(sut.bob, at);
    operator = await CommandLine.of(sut.operator, at);
    await writeFile(alice.path('disk.raw'), disk);
    await writeFile(bob.path('disk.raw'), disk);
    await writeFile(alice.path('disk.qcow2'), await smallQcow2(sut.directory, sut.qemuImg));
  });
  afterAll(async () => {
    loaded.close();
    await sut.close();
  });

  const RAW = ['--disk-format', 'raw', '--container-format', 'bare'] as const;

  it('refuse a file that is not what it is said to be', async () => {
    const wrong = ['image-create', '--name', 'junk', '--disk-format', 'qcow2', '--container-format', 'bare'] as const;
    await expect(alice.glance(...wrong, '--file', 'disk.raw')).rejects.toThrow(/415/);
    expect(await alice.show('image', 'show', 'junk')).toMatchObject({ status: 'queued' });
    await alice.openstack('image', 'delete', 'junk');
  });

  it('start as the programs they are', async () => {
    const { openstack, glance } = clients as OpenStackClients;
    expect(await runCommand(openstack, ['--version'])).toMatch(/^openstack \d/);
    await runCommand(glance, ['--version']);
  });

  it('work as docs/clients.md says, word for word', async () => {
    const page = await readFile(PAGE, 'utf8');
    const blocks = [...page.matchAll(/^```sh\n(?<commands>.*?)^```$/gms)].map(
      ({ groups }) => groups?.['commands'] ?? '',
    );
    expect(blocks.length).toBeGreaterThan(5);
    const { gateway } = sut.system;
    const run = { gateway, keystone: `${gateway}/v3`, users: [sut.alice.user, sut.bob.user, sut.operator.user] };
    const file = alice.path('.imago/run.json');
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(run));
    await alice.script(blocks.join('\n'));
    expect(await alice.names()).toEqual([]);
  });

  describe('of the images they make', EXHAUSTIVE, () => {
    it('make images of files', async () => {
      await alice.openstack('image', 'create', 'web', ...RAW, '--file', 'disk.raw', '--tag', 'web', '--min-disk', '1');
      await alice.glance(
        ...[
          'image-create',
          '--name',
          'db',
          '--disk-format',
          'qcow2',
          '--container-format',
          'bare',
          '--file',
          'disk.qcow2',
        ],
        ...['--tags', 'db', '--property', 'team=blue', '--visibility', 'private'],
      );
      expect(await alice.show('image', 'show', 'web')).toMatchObject({
        ...{
          status: 'active',
          size: disk.length,
          disk_format: 'raw',
          min_disk: 1,
          visibility: 'shared',
          tags: ['web'],
        },
        owner: sut.alice.user.project_id,
        properties: { os_hash_algo: 'sha512', 'owner_specified.openstack.object': 'images/web' },
      });
      expect(await alice.show('image', 'show', 'db')).toMatchObject({ status: 'active', properties: { team: 'blue' } });
    });

    it('list them by what one looks for', async () => {
      const looks: [string[], string[]][] = [
        [
          ['--sort', 'name:desc'],
          ['web', 'db'],
        ],
        [['--name', 'web'], ['web']],
        [['--tag', 'db'], ['db']],
        [['--property', 'team=blue'], ['db']],
        [['--private', '--status', 'active'], ['db']],
        [['--shared'], ['web']],
        [['--status', 'queued'], []],
        [['--limit', '1', '--sort', 'name:asc'], ['db']],
      ];
      const found = await Promise.all(looks.map(async ([options]) => [options, await alice.names(...options)]));
      expect(found).toEqual(looks);
      expect(await alice.glance('image-list', '--page-size', '1', '--sort', 'name:asc')).toMatch(/db[^]*web/);
      expect(await alice.glance('image-list', '--tag', 'web', '--visibility', 'shared')).toMatch(/web/);
    });

    it('change them, and keep what is protected', async () => {
      await alice.openstack(
        ...['image', 'set', 'web', '--name', 'web-2', '--min-ram', '512', '--tag', 'prod', '--protected'],
        ...['--property', 'os_distro=debian', '--property', 'hw_disk_bus=virtio'],
      );
      await alice.openstack('image', 'unset', 'web-2', '--tag', 'web', '--property', 'hw_disk_bus');
      const web = await alice.show('image', 'show', 'web-2');
      expect(web).toMatchObject({ min_ram: 512, tags: ['prod'], protected: true, properties: { os_distro: 'debian' } });
      expect(web).not.toHaveProperty('properties.hw_disk_bus');
      await expect(alice.openstack('image', 'delete', 'web-2')).rejects.toThrow(/403/);
      await alice.openstack('image', 'set', 'web-2', '--unprotected');
      const id = String((await alice.show('image', 'show', 'db'))['id']);
      await alice.glance('image-update', id, '--name', 'db-2', '--property', 'tier=1', '--remove-property', 'team');
      await alice.glance('image-tag-update', id, 'prod');
      await alice.glance('image-tag-delete', id, 'db');
      const db = await alice.show('image', 'show', 'db-2');
      expect(db).toMatchObject({ id, tags: ['prod'], properties: { tier: '1' } });
      expect(db).not.toHaveProperty('properties.team');
    });

    it('hide them, and still find them', async () => {
      const id = String((await alice.show('image', 'show', 'db-2'))['id']);
      await alice.glance('image-update', id, '--hidden', 'true');
      expect(await alice.names()).toEqual(['web-2']);
      expect(await alice.names('--hidden')).toEqual(['db-2']);
      expect(await alice.show('image', 'show', 'db-2')).toMatchObject({ id });
      await alice.glance('image-update', id, '--hidden', 'false');
      expect((await alice.names()).sort()).toEqual(['db-2', 'web-2']);
    });

    it('give back every byte, which both of them verify', async () => {
      await alice.openstack('image', 'save', 'web-2', '--file', 'back.raw');
      expect(disk.equals(await readFile(alice.path('back.raw')))).toBe(true);
      const { id } = await alice.show<{ id: string }>('image', 'show', 'db-2');
      await alice.glance('image-download', id, '--file', 'back.qcow2');
      const sent = await readFile(alice.path('disk.qcow2'));
      expect(sent.equals(await readFile(alice.path('back.qcow2')))).toBe(true);
      await expect(alice.glance('image-upload', id, '--file', 'disk.qcow2')).rejects.toThrow(/409/);
    });

    it('show another tenant nothing, and let him do nothing', async () => {
      const { id } = await alice.show<{ id: string }>('image', 'show', 'web-2');
      expect(await bob.names()).toEqual([]);
      await expect(bob.openstack('image', 'show', id)).rejects.toThrow(/No Image found/);
      await expect(bob.glance('image-show', id)).rejects.toThrow(/404/);
      await expect(bob.glance('image-update', id, '--name', 'mine')).rejects.toThrow(/404/);
      await expect(bob.glance('image-download', id, '--file', 'theirs')).rejects.toThrow(/404/);
      await expect(bob.glance('image-delete', id)).rejects.toThrow(/Unable to delete|404|No image/i);
      await bob.openstack('image', 'create', 'web-2', ...RAW, '--file', 'disk.raw');
      expect(await bob.names()).toEqual(['web-2']);
      expect(await alice.show('image', 'show', 'web-2')).toMatchObject({ id });
    });

    it('leave to the operator what is the operator’s', async () => {
      const { id } = await alice.show<{ id: string }>('image', 'show', 'web-2');
      await expect(alice.openstack('image', 'set', id, '--public')).rejects.toThrow(/403/);
      await alice.glance('image-deactivate', id);
      await expect(alice.glance('image-download', id, '--file', 'closed')).rejects.toThrow(/403/);
      await alice.glance('image-reactivate', id);
      await operator.openstack('image', 'set', id, '--deactivate');
      await expect(alice.glance('image-download', id, '--file', 'closed')).rejects.toThrow(/403/);
      await expect(alice.glance('image-reactivate', id)).rejects.toThrow(/403/); // openstack hides it
      await operator.openstack('image', 'set', id, '--activate');
      await expect(operator.openstack('image', 'set', id, '--public')).rejects.toThrow(/403/);
      await approved(sut.operator, id);
      await expect(operator.openstack('image', 'set', id, '--public')).rejects.toThrow(/409/);
      await scanned(sut.operator, id);
      await operator.openstack('image', 'set', id, '--public');
      expect(await bob.names('--public')).toEqual(['web-2']);
      await expect(bob.glance('image-update', id, '--name', 'mine')).rejects.toThrow(/403/);
      await expect(bob.glance('image-delete', id)).rejects.toThrow(/403|not permitted|forbidden/i);
      await operator.openstack('image', 'set', id, '--private');
    });

    it('share an image with another project, which takes it', async () => {
      const { id } = await alice.show<{ id: string }>('image', 'show', 'web-2');
      const project = sut.bob.user.project_id;
      await expect(alice.openstack('image', 'add', 'project', id, project)).rejects.toThrow(/403/);
      await alice.openstack('image', 'set', id, '--shared');
      await alice.openstack('image', 'add', 'project', id, project);
      const members = (as: CommandLine): Promise<object> => as.show('image', 'member', 'list', id);
      const [pending, accepted] = ['pending', 'accepted'].map((Status) => [
        expect.objectContaining({ 'Member ID': project, Status }),
      ]);
      expect(await members(alice)).toEqual(pending);
      await expect(alice.openstack('image', 'add', 'project', id, project)).rejects.toThrow(/409/);
      expect(await bob.names('--shared', '--member-status', 'pending')).toEqual(['web-2', 'web-2']);
      await bob.openstack('image', 'set', id, '--accept');
      expect(await bob.names('--shared')).toEqual(['web-2', 'web-2']);
      expect(await members(bob)).toEqual(accepted);
      await expect(bob.openstack('image', 'add', 'project', id, sut.operator.user.project_id)).rejects.toThrow(/403/);
      await bob.openstack('image', 'set', id, '--reject');
      expect(await bob.names('--shared')).toEqual(['web-2']);
      await alice.openstack('image', 'remove', 'project', id, project);
      await expect(bob.openstack('image', 'show', id)).rejects.toThrow(/No Image found/);
      await alice.openstack('image', 'set', id, '--private');
    });

    it('import what they stage and what a web server has, and show how that goes', async () => {
      expect(await alice.glance('import-info')).toMatch(/web-download/);
      expect(await alice.glance('stores-info')).toMatch(/region-1/);
      expect(await alice.glance('usage')).toMatch(/image_count_total/);
      const queued = async (name: string): Promise<string> => {
        const formats = { disk_format: 'raw', container_format: 'bare' };
        return (await sut.alice.ask<{ id: string }>('POST', '/v2/images', { name, ...formats })).body.id;
      };
      const staged = await queued('staged');
      await alice.glance('image-stage', staged, '--file', 'disk.raw');
      await alice.glance('image-import', staged, '--import-method', 'glance-direct');
      await sut.alice.imageIn('active', staged);
      expect(await alice.glance('image-tasks', staged)).toMatch(/success/);
      const served = await serveFile(disk);
      const downloaded = await queued('downloaded');
      const uri = `${served.url}/disk.raw`;
      await alice.glance('image-import', downloaded, '--import-method', 'web-download', '--uri', uri);
      await sut.alice.imageIn('active', downloaded);
      await served.close();
      await alice.openstack('image', 'create', 'imported', ...RAW, '--file', 'disk.raw', '--import');
      const { id } = await alice.show<{ id: string }>('image', 'show', 'imported');
      await sut.alice.imageIn('active', id);
      await alice.openstack('image', 'delete', staged, downloaded, id);
    });

    it('define properties for consoles, and read what is defined', async () => {
      await operator.glance('md-namespace-create', 'web', '--display-name', 'Web', '--visibility', 'public');
      const tier = ['--name', 'tier', '--title', 'Tier', '--schema', '{"type": "string", "enum": ["1", "2"]}'];
      await operator.glance('md-property-create', 'web', ...tier);
      const disk = ['--name', 'disk', '--schema', '{"properties": {"size": {"title": "Size", "type": "integer"}}}'];
      await operator.glance('md-object-create', 'web', ...disk);
      await operator.glance('md-tag-create', 'web', '--name', 'red');
      const forImages = ['--name', 'OS::Glance::Image', '--prefix', 'hw_'];
      await operator.glance('md-resource-type-associate', 'web', ...forImages);
      expect(await alice.glance('md-namespace-list')).toMatch(/web/);
      expect(await alice.glance('md-namespace-show', 'web')).toMatch(/tier/);
      expect(await alice.glance('md-property-list', 'web')).toMatch(/tier/);
      expect(await alice.glance('md-object-show', 'web', 'disk')).toMatch(/size/);
      expect(await alice.glance('md-tag-list', 'web')).toMatch(/red/);
      expect(await alice.glance('md-resource-type-list')).toMatch(/OS::Glance::Image/);
      await expect(alice.glance('md-namespace-delete', 'web')).rejects.toThrow(/403/);
      await operator.glance('md-namespace-update', 'web', '--protected', 'True', '--visibility', 'public');
      await expect(operator.glance('md-namespace-delete', 'web')).rejects.toThrow(/403/);
      await operator.glance('md-namespace-update', 'web', '--protected', 'False', '--visibility', 'public');
      await operator.glance('md-namespace-delete', 'web');
      await expect(alice.glance('md-namespace-show', 'web')).rejects.toThrow(/404/);
    });

    it('delete them, and nothing is left', async () => {
      await alice.openstack('image', 'delete', 'web-2', 'db-2');
      await bob.openstack('image', 'delete', 'web-2');
      expect([await alice.names(), await bob.names()]).toEqual([[], []]);
      await expect(alice.openstack('image', 'show', 'web-2')).rejects.toThrow(/No Image found/);
      await expectTrueState(sut);
    });
  });
});
