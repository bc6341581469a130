import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Service } from '@imago/contracts';
import type { AttachedInfrastructure } from '@imago/infra';
import { PASSWORDS } from '@imago/persistence/testing';
import { type Installation, type InstallationUser, newInstallation, startSystem, type System } from '@imago/system';
import { testEnvironment } from '@imago/testing';
import pg from 'pg';
import { Bucket } from './bucket.ts';
import { StoreProxy } from './store-proxy.ts';
import { Tenant } from './tenant.ts';

export const REGION = 'region-1';
export const OTHER_REGION = 'region-2';

/** Every service as its own process, on a database, a broker and buckets of this suite. */
export interface SystemUnderTest {
  readonly system: System;
  readonly alice: Tenant;
  readonly bob: Tenant;
  readonly operator: Tenant;
  /** One of the people asked for beside these three, by name. */
  other(name: string): Tenant;
  /** The bucket that holds the images of {@link REGION}. */
  readonly images: Bucket;
  /** That of {@link OTHER_REGION}, in a suite that has it. */
  readonly otherImages: Bucket | null;
  /** All schemas, as a superuser: tests look at the truth, services cannot. */
  readonly db: pg.Pool;
  /** A superuser's URL of this suite's database. */
  readonly databaseUrl: string;
  readonly amqpUrl: string;
  /** Between the services and the object store; holds back requests on demand. */
  readonly proxy: StoreProxy;
  readonly qemuImg: string;
  /** For files of the test. */
  readonly directory: string;
  close(): Promise<void>;
}

export interface SystemUnderTestOptions {
  /** Servers of this suite's own, where it kills them. */
  readonly infrastructure?: AttachedInfrastructure;
  /** A second region beside the first, in the same store. */
  readonly otherRegion?: boolean;
  /** People beside alice, bob and the operator; who names a project that is there works in it. */
  readonly others?: readonly Pick<InstallationUser, 'name' | 'project' | 'role'>[];
  /** Settings of all services. */
  readonly everywhere?: Readonly<Record<string, string>>;
  readonly settings?: Partial<Record<Service, Readonly<Record<string, string>>>>;
}

const RECONCILING = { RECONCILE_GRACE_SECONDS: '1' } as const;

/** Short leases and sweeps, so that what heals by itself heals while the test watches; no shorter, or idle systems are busy. */
const QUICK: Partial<Record<Service, Readonly<Record<string, string>>>> = {
  import: {
    ...RECONCILING,
    IMPORT_LEASE_SECONDS: '2',
    IMPORT_UPLOAD_LEASE_SECONDS: '3',
    IMPORT_UPLOAD_SWEEP_SECONDS: '2',
  },
  quota: { QUOTA_RESERVATION_SECONDS: '3', QUOTA_LATE_SECONDS: '5', QUOTA_SWEEP_SECONDS: '2' },
  capture: { CAPTURE_LEASE_SECONDS: '2', ...RECONCILING },
  export: { EXPORT_LEASE_SECONDS: '2', EXPORT_SWEEP_SECONDS: '2' },
  sharing: RECONCILING,
  compute: {
    ...RECONCILING,
    COMPUTE_LEASE_SECONDS: '2',
    COMPUTE_HEARTBEAT_SECONDS: '0.5',
    COMPUTE_CONSOLE_SECONDS: '1',
  },
  catalog: { ...RECONCILING, CATALOG_SWEEP_SECONDS: '0.5', CATALOG_WRITER_GRACE_SECONDS: '5' },
};

export async function startSystemUnderTest(options: SystemUnderTestOptions = {}): Promise<SystemUnderTest> {
  const { infrastructure } = options;
  const parts = { postgres: true, rabbitmq: true, s3: true, qemu: true, scanner: true } as const;
  const env = await testEnvironment(infrastructure === undefined ? parts : { ...parts, infrastructure });
  const directory = await mkdtemp(join(tmpdir(), 'imago-e2e-'));
  const installation = await installationFor(env.s3, options);
  const proxy = await StoreProxy.listen(env.s3.endpoint);
  const { region, bucket, access_key, secret_key } = env.s3;
  const access = { endpoint: proxy.endpoint, region, access_key, secret_key };
  const otherBucket = options.otherRegion === true ? otherBucketOf(env.s3) : null;
  const system = await startSystem({
    directory: join(directory, 'services'),
    postgresAdminUrl: env.postgres.adminUrl,
    database: env.postgres.database,
    amqpUrl: env.rabbitmq.amqpUrl,
    installation,
    regions: [
      { name: REGION, default: true, s3: { ...access, bucket } },
      ...(otherBucket === null ? [] : [{ name: OTHER_REGION, default: false, s3: { ...access, bucket: otherBucket } }]),
    ],
    qemu: env.qemu,
    scanner: env.scanner,
    computeDirectory: join(directory, 'compute'),
    restart: false,
    everywhere: options.everywhere ?? {},
    settings: merge(QUICK, options.settings ?? {}),
    // A broker that is killed loses what it confirmed into a queue that is too fresh.
    settleMilliseconds: infrastructure === undefined ? 0 : 5_000,
  });
  const people = installation.users.map((user) => new Tenant(() => system.gateway, user, env.s3));
  const [alice, bob, operator] = people as [Tenant, Tenant, Tenant];
  const other = (name: string): Tenant => {
    const found = people.find(({ user }) => user.name === name);
    if (found === undefined) throw new Error(`there is no ${name} in this suite`);
    return found;
  };
  for (const tenant of people) await operator.assignBucket(tenant);
  const databaseUrl = databaseUrlOf(env.postgres);
  const db = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  db.on('error', () => undefined); // the suite's database is dropped under it at the end
  return {
    system,
    alice,
    bob,
    operator,
    other,
    images: new Bucket(env.s3, bucket),
    otherImages: otherBucket === null ? null : new Bucket(env.s3, otherBucket),
    db,
    databaseUrl,
    amqpUrl: env.rabbitmq.amqpUrl,
    proxy,
    qemuImg: env.qemu.qemuImg,
    directory,
    close: async () => {
      await system.stop();
      await proxy.close();
      await db.end();
      for (const user of installation.users) await env.s3.administration.deleteBucket(user.s3.bucket);
      if (otherBucket !== null) await env.s3.administration.deleteBucket(otherBucket);
      await rm(directory, { recursive: true, force: true });
      await env.close();
    },
  };
}

type S3 = Awaited<ReturnType<typeof testEnvironment>>['s3'];

function otherBucketOf({ bucket }: S3): string {
  return `${bucket}-2`;
}

/** Buckets and keys are of the whole server, so each suite's names are its own. */
async function installationFor(
  s3: S3,
  { others = [], otherRegion = false }: SystemUnderTestOptions,
): Promise<Installation> {
  const made = newInstallation(others);
  const regional = otherRegion ? [s3.bucket, otherBucketOf(s3)] : [s3.bucket];
  if (otherRegion) await s3.administration.createBucket(otherBucketOf(s3));
  const suffix = s3.bucket.slice(-12);
  // The services read the tenants' buckets as well: they import from them.
  const services = { access_key: s3.access_key, secret_key: s3.secret_key };
  await s3.administration.addKey(services, [...regional, ...made.users.map((user) => `${user.name}-${suffix}`)]);
  const users = await Promise.all(
    made.users.map(async (user) => {
      const bucket = `${user.name}-${suffix}`;
      await s3.administration.createBucket(bucket);
      const wanted = { access_key: `${user.name}-${suffix}`, secret_key: user.s3.secret_key };
      const key = await s3.administration.addKey(wanted, [bucket]);
      return { ...user, s3: { ...key, bucket } };
    }),
  );
  return { ...made, users, database_passwords: PASSWORDS };
}

function merge(
  first: NonNullable<SystemUnderTestOptions['settings']>,
  second: NonNullable<SystemUnderTestOptions['settings']>,
): NonNullable<SystemUnderTestOptions['settings']> {
  const names = new Set([...Object.keys(first), ...Object.keys(second)]) as Set<Service>;
  return Object.fromEntries([...names].map((name) => [name, { ...first[name], ...second[name] }]));
}

function databaseUrlOf({ adminUrl, database }: { readonly adminUrl: string; readonly database: string }): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}
