import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startInfrastructure } from '@imago/infra';
import { S3ObjectStore } from '@imago/object-store';
import {
  assignBuckets,
  type InstallationUser,
  newInstallation,
  prepareStore,
  startSystem,
  type System,
  type SystemOptions,
} from '@imago/system';
import { logIn, type Session } from '@imago/system/session';
import { processRunning } from './cpu.ts';

/** A whole Imago on servers of its own, empty, with fsync on: what a tenant's import meets. */
export interface BenchInstallation {
  readonly directory: string;
  readonly qemuImg: string;
  /** Empty where there is none. */
  readonly qemuSystem: string;
  readonly system: System;
  readonly tenant: Session;
  readonly user: InstallationUser;
  /** The superuser's, in the database of Imago. */
  readonly postgresUrl: string;
  /** An administrator's, with the virtual host of Imago. */
  readonly amqpUrl: string;
  /** The tenant's bucket, with the client Imago itself uses. */
  readonly bucket: S3ObjectStore;
  /** The processes of the data plane, whose CPU counts. */
  readonly pids: { readonly s3: number; readonly import: number };
  close(): Promise<void>;
}

/** @param settings more of them for single services. */
export async function openInstallation(
  say: (line: string) => void,
  settings: SystemOptions['settings'] = {},
): Promise<BenchInstallation> {
  const directory = await mkdtemp(join(tmpdir(), 'imago-bench-'));
  const infrastructure = await startInfrastructure({ directory, report: say });
  const remove = async (): Promise<void> => {
    await infrastructure.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const { s3, rabbitmq, postgres, qemu } = infrastructure;
    const installation = newInstallation();
    const { regions, users } = await prepareStore(s3, installation);
    const amqpUrl = await rabbitmq.createVhost('imago-bench');
    const system = await startSystem({
      directory: join(directory, 'services'),
      postgresAdminUrl: postgres.adminUrl,
      database: 'imago',
      amqpUrl,
      installation: { ...installation, users },
      regions,
      qemu,
      scanner: null,
      computeDirectory: join(directory, 'compute'),
      restart: false,
      settings,
    });
    const [user, , operator] = users as [InstallationUser, InstallationUser, InstallationUser];
    await assignBuckets(await logIn(system.gateway, operator), users, regions);
    return {
      directory,
      qemuImg: qemu.qemuImg,
      qemuSystem: qemu.qemuSystem ?? '',
      system,
      tenant: await logIn(system.gateway, user),
      user,
      amqpUrl,
      postgresUrl: Object.assign(new URL(postgres.adminUrl), { pathname: '/imago' }).href,
      bucket: new S3ObjectStore({ endpoint: s3.endpoint, region: s3.region, ...user.s3 }),
      pids: { s3: processRunning('s3/main', directory), import: system.service('import').pid ?? 0 },
      close: async () => {
        await system.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
