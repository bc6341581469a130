import { randomBytes } from 'node:crypto';
import type {
  AttachedInfrastructure,
  QemuPrograms,
  RabbitMqAdministration,
  S3Administration,
  ScannerPrograms,
} from '@imago/infra';
import pg from 'pg';
import { shareInfrastructure } from './shared-infrastructure.ts';

/** What a suite can ask for; each part is its own, empty at first. */
interface TestParts {
  readonly postgres: {
    /** URL of the superuser in the database `postgres`. */
    readonly adminUrl: string;
    /** The suite's database, on the same server. */
    readonly database: string;
  };
  readonly rabbitmq: {
    /** URL of the suite's virtual host, of a user who may do anything there and nothing elsewhere. */
    readonly amqpUrl: string;
    readonly vhost: string;
    /** Base URL of the management API, with an administrator's name and password. */
    readonly managementUrl: string;
    readonly administration: RabbitMqAdministration;
  };
  readonly s3: {
    readonly endpoint: string;
    readonly region: string;
    readonly bucket: string;
    /** Opens the suite's bucket only; {@link S3Administration.addKey} with the same key opens more to it. */
    readonly access_key: string;
    readonly secret_key: string;
    readonly administration: S3Administration;
  };
  /** Paths of its programs. */
  readonly qemu: QemuPrograms;
  /** What images are scanned with: its signatures know the EICAR test file. Null: it cannot be had here. */
  readonly scanner: ScannerPrograms | null;
}

type TestPart = keyof TestParts;

/** What a virtual host holds for many suites of a process, one after another. */
export interface ReusableVhost {
  /** Makes it, in an empty one. */
  readonly declare: (amqpUrl: string) => Promise<void>;
  /** Takes out of it what the last suite has left. False: it is still in use, and the next one needs another. */
  readonly clear: (amqpUrl: string) => Promise<boolean>;
}

export interface TestEnvironmentOptions extends Partial<Record<TestPart, true>> {
  /** Makes the database with what belongs in it; without it the database is empty. Superuser's URL, name to use. */
  readonly provision?: (adminUrl: string, database: string) => Promise<void>;
  /** What belongs in the virtual host; without it that is empty. */
  readonly vhost?: ReusableVhost;
  /** Servers of the suite's own instead of those all suites share; whoever kills servers needs them. */
  readonly infrastructure?: AttachedInfrastructure;
}

/** The named parts, for example `TestEnvironment<'postgres' | 's3'>`. */
export type TestEnvironment<Part extends TestPart = TestPart> = Pick<TestParts, Part> & {
  /** Drops what the suite was given, whatever uses it still. */
  readonly close: () => Promise<void>;
};

type AskedFor<Options extends TestEnvironmentOptions> = Extract<keyof Options, TestPart>;

/**
 * Real servers for one suite: each part asked for is fresh, named at random and dropped by `close`, so that suites run
 * side by side. Give `beforeAll` a time-out of a minute or more: the first suite of all waits for the servers to start.
 */
export async function testEnvironment<Options extends TestEnvironmentOptions>(
  options: Options,
): Promise<TestEnvironment<AskedFor<Options>>> {
  const { infrastructure, release } =
    options.infrastructure === undefined
      ? await shareInfrastructure()
      : { infrastructure: options.infrastructure, release: () => undefined };
  const name = randomBytes(8).toString('hex');
  const drops: Drops = [];
  const close = async (): Promise<void> => {
    const dropped = await Promise.allSettled(drops.splice(0).map((drop) => drop()));
    release();
    const faults = dropped.flatMap((drop) => (drop.status === 'rejected' ? [drop.reason as unknown] : []));
    if (faults.length > 0) throw new AggregateError(faults, 'The test environment could not be dropped');
  };
  const wanted = {
    postgres: () => makeDatabase(infrastructure, `test_${name}`, { drops, provision: options.provision }),
    rabbitmq: () =>
      options.vhost === undefined
        ? makeVhost(infrastructure, `test-${name}`, drops)
        : vhosts.take(infrastructure, `test-${name}`, { contents: options.vhost, drops }),
    s3: () => makeBucket(infrastructure, `test-${name}`, drops),
    qemu: () => Promise.resolve(infrastructure.qemu),
    scanner: () => Promise.resolve(infrastructure.scanner),
  } satisfies { [Part in TestPart]: () => Promise<TestParts[Part]> };
  const makers = Object.entries(wanted).filter(([part]) => options[part as TestPart]);
  const parts = await Promise.allSettled(makers.map(async ([part, make]) => [part, await make()] as const));
  const failed = parts.find((part) => part.status === 'rejected');
  if (failed !== undefined) {
    await close();
    throw failed.reason;
  }
  const made = parts.flatMap((part) => (part.status === 'fulfilled' ? [part.value] : []));
  return { ...Object.fromEntries(made), close } as TestEnvironment<AskedFor<Options>>;
}

type Drops = (() => Promise<unknown>)[];

async function makeDatabase(
  { postgres: { adminUrl } }: AttachedInfrastructure,
  database: string,
  { drops, provision }: { readonly drops: Drops; readonly provision: TestEnvironmentOptions['provision'] },
): Promise<TestParts['postgres']> {
  drops.push(() => dropDatabase(adminUrl, database));
  await (provision?.(adminUrl, database) ?? asSuperuser(adminUrl, `CREATE DATABASE ${database}`));
  return { adminUrl, database };
}

/** Virtual hosts that suites of this process have left. They stay until their broker goes, as test brokers do. */
class LeftVhosts {
  readonly #left = new Map<ReusableVhost, TestParts['rabbitmq'][]>();

  /** One that is as `contents` declares it: left by an earlier suite, or new. */
  async take(
    infrastructure: AttachedInfrastructure,
    name: string,
    { contents, drops }: { readonly contents: ReusableVhost; readonly drops: Drops },
  ): Promise<TestParts['rabbitmq']> {
    const left = this.#left.get(contents) ?? [];
    this.#left.set(contents, left);
    for (let found = left.pop(); found !== undefined; found = left.pop()) {
      const vhost = found;
      const isOfThisBroker = vhost.managementUrl === infrastructure.rabbitmq.managementUrl;
      if (!isOfThisBroker || !(await contents.clear(vhost.amqpUrl))) continue;
      drops.push(() => Promise.resolve(left.push(vhost)));
      return vhost;
    }
    const made = await makeVhost(infrastructure, name, []);
    await contents.declare(made.amqpUrl);
    drops.push(() => Promise.resolve(left.push(made)));
    return made;
  }
}

const vhosts = new LeftVhosts();

async function makeVhost(
  { rabbitmq }: AttachedInfrastructure,
  vhost: string,
  drops: Drops,
): Promise<TestParts['rabbitmq']> {
  drops.push(() => rabbitmq.deleteVhost(vhost));
  const amqpUrl = await rabbitmq.createVhost(vhost);
  return { amqpUrl, vhost, managementUrl: rabbitmq.managementUrl, administration: rabbitmq };
}

async function makeBucket({ s3 }: AttachedInfrastructure, bucket: string, drops: Drops): Promise<TestParts['s3']> {
  drops.push(async () => {
    await s3.removeKey(bucket);
    await s3.deleteBucket(bucket);
  });
  await s3.createBucket(bucket);
  const key = await s3.addKey({ access_key: bucket, secret_key: randomBytes(16).toString('hex') }, [bucket]);
  return { endpoint: s3.endpoint, region: s3.region, bucket, ...key, administration: s3 };
}

/** Sessions that are closing at this moment are let go by themselves; what stays open is ended with the database. */
async function dropDatabase(adminUrl: string, database: string): Promise<void> {
  await asSuperuser(
    adminUrl,
    `DO $$ BEGIN
    FOR look IN 1..100 LOOP
      PERFORM pg_stat_clear_snapshot();
      EXIT WHEN NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = '${database}');
      PERFORM pg_sleep(0.01);
    END LOOP;
  END $$`,
  );
  await asSuperuser(adminUrl, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
}

async function asSuperuser(adminUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl, application_name: 'imago-testing' });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
