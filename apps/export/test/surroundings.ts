import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Service } from '@imago/contracts';
import { suiteDatabase, suiteTopology } from '@imago/messaging/testing';
import { regionsFile } from '@imago/object-store';
import type { PersistentService } from '@imago/persistence';
import { databaseUrl } from '@imago/persistence/testing';
import { loadConfig } from '@imago/service';
import { testEnvironment } from '@imago/testing';
import type { z } from 'zod';
import { exportConfig, type ExportConfig } from '../src/config.ts';
import { EXPORT_MIGRATIONS } from '../src/migrations/export-migrations.ts';
import { type Neighbours, startNeighbours } from './neighbours.ts';
import { OTHER_PROJECT, OTHER_REGION, PROJECT, REGION } from './requests.ts';

type Environment = Awaited<
  ReturnType<typeof testEnvironment<{ postgres: true; rabbitmq: true; s3: true; qemu: true }>>
>;

/** Everything the export service needs around it: servers, buckets, neighbours. */
export interface Surroundings {
  readonly config: ExportConfig;
  readonly regions: z.output<typeof regionsFile>;
  readonly neighbours: Neighbours;
  /** Of the two projects, one that the store does not let Imago into, and one that is not there; all are assigned. */
  readonly buckets: { readonly own: string; readonly other: string; readonly shut: string; readonly gone: string };
  /** The bucket of the images of {@link OTHER_REGION}. */
  readonly otherImages: string;
  readonly s3: Environment['s3'];
  readonly qemuImg: string;
  /** A folder that goes with the suite. */
  readonly directory: string;
  close(): Promise<void>;
}

export async function startSurroundings(settings: Readonly<Record<string, string>> = {}): Promise<Surroundings> {
  const env = await testEnvironment({
    postgres: true,
    rabbitmq: true,
    s3: true,
    qemu: true,
    vhost: suiteTopology,
    provision: suiteDatabase('export', EXPORT_MIGRATIONS),
  });
  const { amqpUrl } = env.rabbitmq;
  const contextKey = randomBytes(32).toString('hex');
  const runUrl = (service: Service): string => databaseUrl(env.postgres, persistent(service), 'run');
  const named = (suffix: string): string => `${env.s3.bucket}-${suffix}`;
  const buckets = { own: named('a'), other: named('b'), shut: named('shut'), gone: named('gone') };
  const otherImages = named('images');
  const [regions, directory] = await Promise.all([
    makeBuckets(env.s3, { ...buckets, otherImages }),
    mkdtemp(join(tmpdir(), 'imago-export-')),
  ]);
  const regionsPath = join(directory, 'regions.json');
  await writeFile(regionsPath, JSON.stringify(regions));
  const config = loadConfig(exportConfig, {
    DATABASE_URL: runUrl('export'),
    AMQP_URL: amqpUrl,
    IMAGO_CONTEXT_KEY: contextKey,
    IMAGO_REGIONS_FILE: regionsPath,
    EXPORT_CONCURRENCY: '1',
    EXPORT_MAXIMUM_ATTEMPTS: '2',
    EXPORT_PART_MIB: '5',
    EXPORT_SWEEP_SECONDS: '0.2',
    ...settings,
  });
  const neighbours = await startNeighbours({ runUrl, amqpUrl, contextKey });
  for (const bucket of [buckets.own, buckets.shut, buckets.gone]) neighbours.book.assigned.add(`${PROJECT} ${bucket}`);
  neighbours.book.assigned.add(`${OTHER_PROJECT} ${buckets.other}`);
  return {
    config,
    regions,
    otherImages,
    neighbours,
    buckets,
    s3: env.s3,
    qemuImg: env.qemu.qemuImg,
    directory,
    close: async () => {
      await neighbours.close();
      for (const bucket of [buckets.own, buckets.other, buckets.shut, otherImages]) {
        await env.s3.administration.deleteBucket(bucket);
      }
      await rm(directory, { recursive: true });
      await env.close();
    },
  };
}

async function makeBuckets(
  { endpoint, region, bucket, administration, access_key, secret_key }: Environment['s3'],
  { own, other, shut, otherImages }: Surroundings['buckets'] & Pick<Surroundings, 'otherImages'>,
): Promise<z.output<typeof regionsFile>> {
  for (const name of [own, other, shut, otherImages]) await administration.createBucket(name);
  const key = await administration.addKey({ access_key, secret_key }, [bucket, own, other, otherImages]);
  return regionsFile.parse([
    { name: REGION, default: true, s3: { endpoint, region, bucket, ...key } },
    { name: OTHER_REGION, s3: { endpoint, region, bucket: otherImages, ...key } },
  ]);
}

function persistent(service: Service): PersistentService {
  if (service === 'gateway') throw new Error('the gateway keeps no state');
  return service;
}
