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
import { captureConfig, type CaptureConfig } from '../src/config.ts';
import { CAPTURE_MIGRATIONS } from '../src/migrations/capture-migrations.ts';
import { type Neighbours, startNeighbours } from './neighbours.ts';
import { REGION } from './requests.ts';

/** Everything the capture service needs around it: servers, a bucket, neighbours. */
export interface Surroundings {
  readonly config: CaptureConfig;
  readonly regions: z.output<typeof regionsFile>;
  readonly neighbours: Neighbours;
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
    provision: suiteDatabase('capture', CAPTURE_MIGRATIONS),
  });
  const { amqpUrl } = env.rabbitmq;
  const contextKey = randomBytes(32).toString('hex');
  const runUrl = (service: Service): string => databaseUrl(env.postgres, persistent(service), 'run');
  const directory = await mkdtemp(join(tmpdir(), 'imago-capture-'));
  const { endpoint, region, bucket, access_key, secret_key } = env.s3;
  const s3 = { endpoint, region, bucket, access_key, secret_key };
  const regions = regionsFile.parse([{ name: REGION, default: true, s3 }]);
  let files = 0;
  const writeRegions: Surroundings['writeRegions'] = async (content) => {
    const path = join(directory, `regions-${++files}.json`);
    await writeFile(path, JSON.stringify(content));
    return path;
  };
  const config = loadConfig(captureConfig, {
    DATABASE_URL: runUrl('capture'),
    AMQP_URL: amqpUrl,
    IMAGO_CONTEXT_KEY: contextKey,
    IMAGO_REGIONS_FILE: await writeRegions(regions),
    CAPTURE_CONCURRENCY: '1',
    CAPTURE_MAXIMUM_ATTEMPTS: '2',
    CAPTURE_LOCK_SECONDS: '0.2',
    CAPTURE_FLATTEN_PART_MIB: '5',
    ...settings,
  });
  const neighbours = await startNeighbours({ runUrl, amqpUrl, contextKey });
  return {
    config,
    regions,
    neighbours,
    qemuImg: env.qemu.qemuImg,
    directory,
    writeRegions,
    close: async () => {
      await neighbours.close();
      await rm(directory, { recursive: true });
      await env.close();
    },
  };
}

function persistent(service: Service): PersistentService {
  if (service === 'gateway') throw new Error('the gateway keeps no state');
  return service;
}
