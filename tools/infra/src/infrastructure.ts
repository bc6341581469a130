import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { PackageCache } from './debian-packages.ts';
import { choosePort, freePort } from './ports.ts';
import { startPostgres } from './postgres.ts';
import { tryLock } from './process-lock.ts';
import { ProvisionError } from './provision-error.ts';
import { provideQemu } from './qemu.ts';
import type { QemuPrograms } from './qemu.ts';
import { rabbitMqAdministration } from './rabbitmq-administration.ts';
import type { RabbitMqAddress, RabbitMqAdministration } from './rabbitmq-administration.ts';
import { RABBITMQ_INSTEAD, rabbitMqPrograms } from './rabbitmq-programs.ts';
import { startRabbitMq } from './rabbitmq.ts';
import { s3Administration } from './s3-administration.ts';
import type { S3Address, S3Administration } from './s3-administration.ts';
import { startS3Process } from './s3-process.ts';
import { provideScanner, type ScannerPrograms } from './scanner.ts';

/** Where everything is, as plain data: it can be written to a file and used by other processes. */
export interface InfrastructureAddresses {
  /** URL of the superuser in the database `postgres`. */
  readonly postgres: { readonly adminUrl: string };
  readonly rabbitmq: RabbitMqAddress;
  readonly s3: S3Address;
  readonly qemu: QemuPrograms;
  /** Null: it cannot be had here, and no image is scanned. */
  readonly scanner: ScannerPrograms | null;
}

/** The addresses together with what can be asked of the servers behind them. */
export interface AttachedInfrastructure extends InfrastructureAddresses {
  readonly rabbitmq: RabbitMqAdministration;
  readonly s3: S3Administration;
}

export interface Infrastructure extends AttachedInfrastructure {
  readonly addresses: InfrastructureAddresses;
  /** Stops what was started here, in order: S3, RabbitMQ, its port mapper, Postgres. A second call does nothing. */
  readonly stop: () => Promise<void>;
}

export interface InfrastructureOptions {
  /** Data live in its folders postgres, rabbitmq and s3; starting again with the same directory keeps them. */
  readonly directory: string;
  /** Cache of fetched programs, shared by all instances; default: `.imago/packages` of the checkout. */
  readonly packages?: string;
  /** False: without fsync, for tests. Default true. */
  readonly durable?: boolean;
  /** True: begin without the data of earlier starts. */
  readonly empty?: boolean;
  /** Take our own copies even of programs that this machine has installed. */
  readonly forcePrivate?: boolean;
  /** IMAGO_POSTGRES_URL and its like replace a part, IMAGO_POSTGRES_PORT and its like choose ports. */
  readonly env?: NodeJS.ProcessEnv;
  /** Aborts the start; what was begun is stopped before the call rejects. */
  readonly signal?: AbortSignal;
  /** Told one line per slow step, for people. */
  readonly report?: (line: string) => void;
}

/** The checkout's cache of fetched programs. */
export const PACKAGE_CACHE = join(import.meta.dirname, '../../../.imago/packages');

/**
 * Provides Postgres, RabbitMQ, an S3 server, qemu and a scanner, all at once and all on the loopback interface. What an
 * earlier, killed run left in the same directory is stopped first. Throws ProvisionError (a sentence with the remedy)
 * when a part cannot be provided, or when another living process runs on the directory.
 */
export async function startInfrastructure(options: InfrastructureOptions): Promise<Infrastructure> {
  const directory = resolve(options.directory);
  await mkdir(directory, { recursive: true });
  const lock = await tryLock(join(directory, 'infrastructure'));
  if (!lock)
    throw new ProvisionError(`Another process runs its servers in ${directory}.`, 'Stop it, or use another directory.');
  const failure = new AbortController();
  const signals = [failure.signal, ...(options.signal ? [options.signal] : [])];
  const start = startersOf({ ...options, directory }, AbortSignal.any(signals));
  // The first failure stops the others; nothing is stopped before all of them have come to rest, or one could begin
  // after the end.
  const begin = async <T>(starter: () => Promise<T>): Promise<T> =>
    starter().catch((error: unknown) => {
      failure.abort(error);
      throw error;
    });
  const parts = [
    begin(start.postgres),
    begin(start.rabbitmq),
    begin(start.s3),
    begin(start.qemu),
    begin(start.scanner),
  ] as const;
  const [postgres, rabbitmq, s3, qemu, scanner] = await Promise.allSettled(parts);
  const stop = async (): Promise<void> => {
    for (const part of [s3, rabbitmq, postgres]) if (part.status === 'fulfilled') await part.value.stop();
    await lock.release();
  };
  const complete =
    postgres.status === 'fulfilled' &&
    rabbitmq.status === 'fulfilled' &&
    s3.status === 'fulfilled' &&
    qemu.status === 'fulfilled' &&
    scanner.status === 'fulfilled';
  if (!complete || options.signal?.aborted === true) {
    await stop();
    throw options.signal?.aborted === true ? options.signal.reason : failure.signal.reason;
  }
  const addresses = {
    postgres: postgres.value.address,
    rabbitmq: rabbitmq.value.address,
    s3: s3.value.address,
    qemu: qemu.value,
    scanner: scanner.value,
  };
  let stopping: Promise<void> | undefined;
  return { ...attachInfrastructure(addresses), addresses, stop: () => (stopping ??= stop()) };
}

/** Makes use of servers that another process has started. */
export function attachInfrastructure(addresses: InfrastructureAddresses): AttachedInfrastructure {
  return {
    ...addresses,
    rabbitmq: rabbitMqAdministration(addresses.rabbitmq),
    s3: s3Administration(addresses.s3),
  };
}

interface Part<Address> {
  readonly address: Address;
  readonly stop: () => Promise<void>;
}

interface Starters {
  readonly postgres: () => Promise<Part<InfrastructureAddresses['postgres']>>;
  readonly rabbitmq: () => Promise<Part<RabbitMqAddress>>;
  readonly s3: () => Promise<Part<S3Address>>;
  readonly qemu: () => Promise<QemuPrograms>;
  readonly scanner: () => Promise<ScannerPrograms | null>;
}

function startersOf(options: InfrastructureOptions, signal: AbortSignal): Starters {
  const { directory, durable = true, empty = false, forcePrivate = false, env = process.env } = options;
  const { report = () => undefined } = options;
  const cache: PackageCache = { directory: resolve(options.packages ?? PACKAGE_CACHE), signal, report };
  return {
    postgres: async () => {
      if (env['IMAGO_POSTGRES_URL']) return given({ adminUrl: env['IMAGO_POSTGRES_URL'] });
      const port = await choosePort('IMAGO_POSTGRES_PORT', env);
      const { adminUrl, stop } = await startPostgres({
        directory: join(directory, 'postgres'),
        port,
        durable,
        empty,
        signal,
      });
      return { address: { adminUrl }, stop };
    },
    rabbitmq: async () => {
      const elsewhere = rabbitMqElsewhere(env);
      if (elsewhere) return given(elsewhere);
      const programs = await rabbitMqPrograms(cache, forcePrivate);
      const ports = {
        amqp: await choosePort('IMAGO_AMQP_PORT', env),
        management: await choosePort('IMAGO_RABBITMQ_MANAGEMENT_PORT', env),
        distribution: await freePort(),
        epmd: await freePort(),
      };
      const { amqpUrl, managementUrl, stop } = await startRabbitMq(programs, {
        directory: join(directory, 'rabbitmq'),
        ports,
        empty,
        signal,
      });
      return { address: { amqpUrl, managementUrl }, stop };
    },
    s3: async () => {
      const elsewhere = s3Elsewhere(env);
      if (elsewhere) return given(elsewhere);
      const port = await choosePort('IMAGO_S3_PORT', env);
      return startS3Process({ directory: join(directory, 's3'), port, durable, empty, signal });
    },
    qemu: () => provideQemu({ cache, forcePrivate }, env),
    scanner: () =>
      provideScanner({ cache, forcePrivate }, join(directory, 'signatures'), env).catch((error: unknown) => {
        // Images are made and used without it; what needs a scan says that there was none.
        if (signal.aborted || !(error instanceof ProvisionError)) throw error;
        report(error.message);
        return null;
      }),
  };
}

function given<Address>(address: Address): Part<Address> {
  return { address, stop: () => Promise.resolve() };
}

function rabbitMqElsewhere(env: NodeJS.ProcessEnv): RabbitMqAddress | undefined {
  const { IMAGO_AMQP_URL: amqpUrl, IMAGO_RABBITMQ_MANAGEMENT_URL: managementUrl } = env;
  if (amqpUrl && managementUrl) return { amqpUrl, managementUrl };
  if (!amqpUrl && !managementUrl) return undefined;
  throw new ProvisionError('Only one of the two URLs of a RabbitMQ is set.', RABBITMQ_INSTEAD);
}

function s3Elsewhere(env: NodeJS.ProcessEnv): S3Address | undefined {
  const { IMAGO_S3_ENDPOINT: endpoint, IMAGO_S3_ACCESS_KEY: access_key, IMAGO_S3_SECRET_KEY: secret_key } = env;
  if (!endpoint) return undefined;
  if (!access_key || !secret_key)
    throw new ProvisionError(
      'IMAGO_S3_ENDPOINT is set without keys.',
      'Set IMAGO_S3_ACCESS_KEY and IMAGO_S3_SECRET_KEY.',
    );
  return { endpoint, region: env['IMAGO_S3_REGION'] ?? 'us-east-1', access_key, secret_key, embedded: false };
}
