import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssignBucket, type Service } from '@imago/contracts';
import { suiteDatabase, suiteTopology } from '@imago/messaging/testing';
import { regionsFile } from '@imago/object-store';
import type { PersistentService } from '@imago/persistence';
import { databaseUrl } from '@imago/persistence/testing';
import { loadConfig } from '@imago/service';
import { testEnvironment } from '@imago/testing';
import type { z } from 'zod';
import { importConfig, type ImportConfig } from '../src/config.ts';
import { IMPORT_MIGRATIONS } from '../src/migrations/import-migrations.ts';
import { type Neighbours, startNeighbours } from './neighbours.ts';
import { OTHER_PROJECT, PROJECT, REGION, tenant } from './requests.ts';

/** An object store outside of the installation, as its owner knows it. */
export interface Elsewhere {
  readonly endpoint: string;
  readonly signing_region: string;
  readonly access_key: string;
  readonly secret_key: string;
  readonly bucket: string;
}

/** Everything the import service needs around it: servers, buckets of two projects, neighbours. */
export interface Surroundings {
  readonly config: ImportConfig;
  readonly regions: z.output<typeof regionsFile>;
  readonly neighbours: Neighbours;
  readonly buckets: { readonly own: string; readonly other: string };
  /** An object store that is nobody's but a tenant's: with a bucket and a key of its own. */
  readonly elsewhere: Elsewhere;
  readonly qemuImg: string;
  /** A folder that goes with the suite. */
  readonly directory: string;
  /** Writes a regions file and answers its path. */
  readonly writeRegions: (regions: Surroundings['regions']) => Promise<string>;
  close(): Promise<void>;
}

export async function startSurroundings(settings: Readonly<Record<string, string>> = {}): Promise<Surroundings> {
  const env = await testEnvironment({
    postgres: true,
    rabbitmq: true,
    s3: true,
    qemu: true,
    vhost: suiteTopology,
    provision: suiteDatabase('import', IMPORT_MIGRATIONS),
  });
  const { amqpUrl } = env.rabbitmq;
  const contextKey = randomBytes(32).toString('hex');
  const runUrl = (service: Service): string => databaseUrl(env.postgres, persistent(service), 'run');
  const buckets = { own: `${env.s3.bucket}-a`, other: `${env.s3.bucket}-b` };
  const [regions, elsewhere, directory] = await Promise.all([
    makeBuckets(env.s3, Object.values(buckets)),
    makeElsewhere(env.s3),
    mkdtemp(join(tmpdir(), 'imago-import-')),
  ]);
  let files = 0;
  const writeRegions: Surroundings['writeRegions'] = async (content) => {
    const path = join(directory, `regions-${++files}.json`);
    await writeFile(path, JSON.stringify(content));
    return path;
  };
  const config = loadConfig(importConfig, {
    DATABASE_URL: runUrl('import'),
    AMQP_URL: amqpUrl,
    IMAGO_CONTEXT_KEY: contextKey,
    IMAGO_REGIONS_FILE: await writeRegions(regions),
    IMPORT_SECRET_KEY: randomBytes(32).toString('hex'),
    IMPORT_MAXIMUM_ATTEMPTS: '2',
    ...settings,
  });
  const neighbours = await startNeighbours({ runUrl, amqpUrl, contextKey });
  return {
    config,
    regions,
    neighbours,
    buckets,
    elsewhere,
    qemuImg: env.qemu.qemuImg,
    directory,
    writeRegions,
    close: async () => {
      await neighbours.close();
      for (const bucket of [...Object.values(buckets), elsewhere.bucket])
        await env.s3.administration.deleteBucket(bucket);
      await env.s3.administration.removeKey(elsewhere.access_key);
      await rm(directory, { recursive: true });
      await env.close();
    },
  };
}

/** An operator gives each project its bucket; the service must be there to be asked. */
export async function assignBuckets({ neighbours, buckets }: Surroundings): Promise<void> {
  const context = tenant('operators', ['admin']);
  const assignments = { [PROJECT]: buckets.own, [OTHER_PROJECT]: buckets.other };
  for (const [project_id, bucket] of Object.entries(assignments)) {
    await neighbours.requests.send(AssignBucket, { project_id, region: REGION, bucket }, { context });
  }
}

type TestStore = Awaited<ReturnType<typeof testEnvironment<{ s3: true }>>>['s3'];

async function makeElsewhere({ endpoint, region, bucket, administration }: TestStore): Promise<Elsewhere> {
  const own = `${bucket}-x`;
  await administration.createBucket(own);
  const fresh = { access_key: `key-of-${own}`, secret_key: randomBytes(24).toString('hex') };
  return { endpoint, signing_region: region, bucket: own, ...(await administration.addKey(fresh, [own])) };
}

async function makeBuckets(s3: TestStore, names: readonly string[]): Promise<ReturnType<typeof regionsFile.parse>> {
  const { endpoint, region, bucket, administration, access_key, secret_key } = s3;
  for (const name of names) await administration.createBucket(name);
  const key = await administration.addKey({ access_key, secret_key }, [bucket, ...names]);
  return regionsFile.parse([{ name: REGION, default: true, s3: { endpoint, region, bucket, ...key } }]);
}

function persistent(service: Service): PersistentService {
  if (service === 'gateway') throw new Error('the gateway keeps no state');
  return service;
}
