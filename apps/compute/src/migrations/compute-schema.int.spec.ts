import { runMigrations, schemaDrift, serviceDataSource } from '@imago/persistence';
import { testEnvironment } from '@imago/testing';
import type { DataSource } from 'typeorm';
import { databaseUrl, provision } from '@imago/persistence/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMPUTE_ENTITIES } from '../compute-entities.ts';
import { COMPUTE_MIGRATIONS } from './compute-migrations.ts';

const SERVER = '00000000-0000-7000-8000-000000000001';

describe('the schema of compute', () => {
  let environment: Awaited<ReturnType<typeof testEnvironment<{ postgres: true }>>>;
  let owner: DataSource;

  beforeAll(async () => {
    environment = await testEnvironment({ postgres: true, provision });
    owner = serviceDataSource({
      service: 'compute',
      url: databaseUrl(environment.postgres, 'compute', 'migrate'),
      entities: COMPUTE_ENTITIES,
      migrations: COMPUTE_MIGRATIONS,
    });
    await owner.initialize();
  });

  afterAll(async () => {
    await owner.destroy();
    await environment.close();
  });

  it('comes out of an empty database, once, also when two migrate at the same time', async () => {
    const url = databaseUrl(environment.postgres, 'compute', 'migrate');
    const migrate = () => runMigrations({ service: 'compute', url, migrations: COMPUTE_MIGRATIONS });
    const done = await Promise.all([migrate(), migrate()]);
    expect(done.flat()).toEqual(COMPUTE_MIGRATIONS.map((migration) => migration.name));
    expect(await migrate()).toEqual([]);
    expect(await schemaDrift(owner)).toEqual([]);
  });

  it('lets no server have a task without a job, run without having been started, or share its address', async () => {
    const insert = (change: Record<string, unknown>): Promise<unknown> => {
      const row: Record<string, unknown> = { ...SOME_SERVER, ...change };
      const names = Object.keys(row);
      const values = names.map((_, index) => `$${index + 1}`);
      return owner.query(`INSERT INTO compute.servers (${names.join(', ')}) VALUES (${values.join(', ')})`, [
        ...Object.values(row),
      ]);
    };
    await expect(insert({ task: 'starting' })).rejects.toThrow('servers_job_check');
    await expect(insert({ status: 'running' })).rejects.toThrow('servers_started_check');
    await expect(insert({ status: 'deleted', task: 'deleting', job_id: SERVER })).rejects.toThrow('servers_idle_check');
    await insert({});
    const another = { id: '00000000-0000-7000-8000-000000000002' };
    await expect(insert(another)).rejects.toThrow('servers_mac_address_key');
    await owner.query(`UPDATE compute.servers SET status = 'deleted'`);
    await insert(another);
  });

  it('lets no server have two system disks', async () => {
    const insert = (id: string, role: string): Promise<unknown> =>
      owner.query(
        `INSERT INTO compute.server_disks (id, server_id, role, position, size_gib) VALUES ($1, $2, $3, 0, 1)`,
        [id, SERVER, role],
      );
    await insert('00000000-0000-7000-8000-00000000000a', 'system');
    await insert('00000000-0000-7000-8000-00000000000b', 'incoming');
    await expect(insert('00000000-0000-7000-8000-00000000000c', 'system')).rejects.toThrow('server_disks_system_key');
  });

  it('lets no server be locked by halves, while it is no capture’s, or under the lock of another', async () => {
    const change = (id: string, set: string): Promise<unknown> =>
      owner.query(`UPDATE compute.servers SET ${set} WHERE id = $1`, [id]);
    const lock = `task = 'capturing', job_id = '${SERVER}', lock_id = '${SERVER}', lock_disk_id = '${SERVER}',
      lock_until = now()`;
    const [one, other] = [SERVER, '00000000-0000-7000-8000-000000000002'];
    await owner.query(`UPDATE compute.servers SET status = 'stopped' WHERE id = $1`, [other]);
    await expect(change(other, `task = 'capturing', job_id = '${SERVER}'`)).rejects.toThrow('servers_lock_check');
    await expect(change(other, `lock_id = '${SERVER}'`)).rejects.toThrow('servers_lock_check');
    await change(other, lock);
    await expect(change(other, `task = 'starting'`)).rejects.toThrow('servers_lock_check');
    await expect(change(other, `status = 'running', started_at = now()`)).rejects.toThrow('servers_lock_check');
    await expect(change(one, `status = 'stopped', mac_address = '52:54:00:00:00:02', ${lock}`)).rejects.toThrow(
      'servers_lock_key',
    );
  });

  it('can be undone, with servers that are locked, and done again, with disks from before', async () => {
    // All but the first, the locks last.
    for (let left = COMPUTE_MIGRATIONS.length; left > 1; left--) await owner.undoLastMigration();
    const [row]: Record<string, unknown>[] = await owner.query(
      `SELECT * FROM compute.servers WHERE status = 'stopped'`,
    );
    expect(row).toMatchObject({ task: null, job_id: null });
    expect(Object.keys(row ?? {}).filter((name) => name.startsWith('lock'))).toEqual([]);
    const capture = `UPDATE compute.servers SET task = 'capturing', job_id = id WHERE status = 'stopped'`;
    await expect(owner.query(capture)).rejects.toThrow('servers_task_check');
    await owner.query(`UPDATE compute.server_disks SET image_id = id, base = '{"key": "images/x"}'`);
    await owner.runMigrations();
    const disks: unknown[] = await owner.query('SELECT DISTINCT base FROM compute.server_disks');
    expect(disks).toEqual([{ base: { key: 'images/x', layers: [] } }]);
  });
});

const SOME_SERVER = {
  id: SERVER,
  region: 'r',
  project_id: 'p',
  host_id: 'h',
  name: 'web',
  status: 'stopped',
  flavor: 'tiny',
  vcpus: 1,
  ram: 256,
  image_id: SERVER,
  boot_mode: 'bios',
  network: 'default',
  restricted: true,
  mac_address: '52:54:00:00:00:01',
  version: 1,
};
