import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Service, SERVICES } from '@imago/contracts';
import { type QemuPrograms, type ScannerPrograms, stopLeftovers } from '@imago/infra';
import { databaseUrls, type PersistentService } from '@imago/persistence';
import { builtEntry } from './entries.ts';
import { type Installation, writeUsersFile } from './installation.ts';
import { migrateStep } from './migrate.ts';
import { ServiceProcess } from './service-process.ts';

/** A region as the regions file names it. */
export interface RegionDefinition {
  readonly name: string;
  readonly default?: boolean;
  readonly s3: {
    readonly endpoint: string;
    /** Where tenants reach the same store; links lead there. */
    readonly public_endpoint?: string;
    readonly region: string;
    readonly bucket: string;
    readonly access_key: string;
    readonly secret_key: string;
  };
}

export interface SystemOptions {
  /** Logs, ready files and the files the services read are kept here. */
  readonly directory: string;
  readonly postgresAdminUrl: string;
  readonly database: string;
  /** With the virtual host. */
  readonly amqpUrl: string;
  readonly installation: Installation;
  readonly regions: readonly RegionDefinition[];
  /** What the host of the servers runs them with. */
  readonly qemu: QemuPrograms;
  /** What images are scanned with; null: they are not. */
  readonly scanner: ScannerPrograms | null;
  /** The disks of the servers are kept here. */
  readonly computeDirectory: string;
  /** 0 or absent: a free one. */
  readonly gatewayPort?: number;
  /** Start crashed services again: on for `npm start`, off where a test does the killing. */
  readonly restart: boolean;
  /** More settings for all services, for example where traces go. */
  readonly everywhere?: Readonly<Record<string, string>>;
  /** More settings for single services, for example shorter leases. */
  readonly settings?: Partial<Record<Service, Readonly<Record<string, string>>>>;
  /** See `declareTopology`; shorter where no broker is killed. */
  readonly settleMilliseconds?: number;
  /** Gives the start up; what was begun is stopped before the call rejects. */
  readonly signal?: AbortSignal;
}

/** Every service of Imago, running. */
export class System {
  readonly #services: ReadonlyMap<Service, ServiceProcess>;

  constructor(services: ReadonlyMap<Service, ServiceProcess>) {
    this.#services = services;
  }

  /** The base URL of the gateway. */
  get gateway(): string {
    return `http://127.0.0.1:${this.service('gateway').port}`;
  }

  service(name: Service): ServiceProcess {
    const service = this.#services.get(name);
    if (service === undefined) throw new Error(`${name} is not part of this system`);
    return service;
  }

  get services(): readonly ServiceProcess[] {
    return [...this.#services.values()];
  }

  /** Stops the door first, so that nobody is let in while the rest finishes. */
  async stop(): Promise<void> {
    await this.service('gateway').stop();
    await Promise.all(this.services.map((service) => service.stop()));
  }
}

/** The file in the directory of a system that has the public keys whose bundles it believes. */
export const BUNDLE_KEYS = 'bundle-keys.pem';

/**
 * Stops services that a killed process left on the same directory, migrates, then starts every service and returns when
 * all are ready. What was started is stopped on failure.
 */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { directory, installation, restart, signal } = options;
  mkdirSync(directory, { recursive: true });
  await stopLeftovers(directory, 'SIGTERM');
  const usersFile = join(directory, 'users.json');
  const regionsFile = join(directory, 'regions.json');
  const bundleKeysFile = join(directory, BUNDLE_KEYS);
  writeFileSync(regionsFile, JSON.stringify(options.regions, null, 2), { mode: 0o600 });
  writeFileSync(bundleKeysFile, '', { flag: 'a' }); // the operator's to fill
  await Promise.all([
    writeUsersFile(usersFile, installation.users),
    migrateStep({ ...options, passwords: installation.database_passwords }),
  ]);
  const processes = SERVICES.map((name) => {
    const environment = environmentOf(name, options, { usersFile, regionsFile, bundleKeysFile });
    return [
      name,
      new ServiceProcess({ name, entry: builtEntry(name, 'main'), environment, directory, restart }),
    ] as const;
  });
  const system = new System(new Map(processes));
  await startAll(system, signal);
  return system;
}

async function startAll(system: System, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const giveUp = (): void => void system.stop(); // every start that waits then sees its process end
  signal?.addEventListener('abort', giveUp, { once: true });
  const started = await Promise.allSettled(system.services.map((service) => service.start()));
  signal?.removeEventListener('abort', giveUp);
  const failed = started.find((result) => result.status === 'rejected');
  if (failed === undefined && signal?.aborted !== true) return;
  await system.stop();
  signal?.throwIfAborted();
  throw failed?.reason;
}

function environmentOf(
  service: Service,
  options: SystemOptions,
  files: Readonly<Record<'usersFile' | 'regionsFile' | 'bundleKeysFile', string>>,
): Record<string, string> {
  const { installation } = options;
  return {
    AMQP_URL: options.amqpUrl,
    IMAGO_CONTEXT_KEY: installation.context_key,
    IMAGO_REGIONS_FILE: files.regionsFile,
    ...(service === 'gateway' && {
      IMAGO_USERS_FILE: files.usersFile,
      IMAGO_TOKEN_KEY: installation.token_key,
      PORT: String(options.gatewayPort ?? 0),
    }),
    ...(service !== 'gateway' && { DATABASE_URL: databaseUrlOf(service, options) }),
    ...(service === 'compute' && hostSettings(options)),
    ...(service === 'activity' && webhookSettings(options)),
    ...(service === 'import' && {
      IMPORT_SECRET_KEY: installation.import_key,
      IMPORT_BUNDLE_KEYS_FILE: files.bundleKeysFile,
      ...scannerSettings(options),
    }),
    ...options.everywhere,
    ...options.settings?.[service],
  };
}

/** All of this system is on one machine, and so are the receivers that somebody tries it with. */
function webhookSettings({ installation }: SystemOptions): Record<string, string> {
  return {
    ACTIVITY_WEBHOOK_KEY: installation.webhook_key,
    ACTIVITY_WEBHOOK_HTTP: 'true',
    ACTIVITY_WEBHOOK_ALLOW: '127.0.0.0/8, ::1',
  };
}

function databaseUrlOf(service: PersistentService, options: SystemOptions): string {
  const { postgresAdminUrl, database, installation } = options;
  return databaseUrls(postgresAdminUrl, database, service, installation.database_passwords[service]).run;
}

/** Without a scanner the names of its programs stay the defaults, and scans say that they are not there. */
function scannerSettings({ scanner }: SystemOptions): Record<string, string> {
  if (scanner === null) return {};
  const { clamd, bubblewrap, signatures } = scanner;
  return {
    IMPORT_SCAN_CLAMD: clamd,
    IMPORT_SCAN_BUBBLEWRAP: bubblewrap,
    IMPORT_SCAN_SIGNATURES: signatures,
  };
}

/** Without a hypervisor the name of its program stays the default, and the service says that it is not there. */
function hostSettings({ qemu, computeDirectory }: SystemOptions): Record<string, string> {
  return {
    COMPUTE_DIRECTORY: computeDirectory,
    COMPUTE_HOST: 'host-1', // not the machine's own name: one that is called otherwise some day keeps its servers
    COMPUTE_STOP_SERVERS_AT_END: 'true',
    IMAGO_QEMU_IMG: qemu.qemuImg,
    ...(qemu.qemuSystem !== null && { IMAGO_QEMU_SYSTEM: qemu.qemuSystem }),
    ...(qemu.ovmf !== null && { IMAGO_OVMF_CODE: qemu.ovmf.code, IMAGO_OVMF_VARS: qemu.ovmf.vars }),
  };
}
