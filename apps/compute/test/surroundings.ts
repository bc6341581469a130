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
import { computeConfig, type ComputeConfig } from '../src/config.ts';
import { COMPUTE_MIGRATIONS } from '../src/migrations/compute-migrations.ts';
import { type Neighbours, startNeighbours } from './neighbours.ts';
import { OTHER_REGION, REGION } from './requests.ts';

/** Everything the compute service needs around it: servers and neighbours. */
export interface Surroundings {
  readonly config: ComputeConfig;
  readonly neighbours: Neighbours;
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
    provision: suiteDatabase('compute', COMPUTE_MIGRATIONS),
  });
  const { amqpUrl } = env.rabbitmq;
  const contextKey = randomBytes(32).toString('hex');
  const runUrl = (service: Service): string => databaseUrl(env.postgres, persistent(service), 'run');
  const regions = someRegions(env.s3);
  const directory = await mkdtemp(join(tmpdir(), 'imago-compute-'));
  const file = join(directory, 'regions.json');
  await writeFile(file, JSON.stringify(regions));
  const config = loadConfig(computeConfig, {
    DATABASE_URL: runUrl('compute'),
    AMQP_URL: amqpUrl,
    IMAGO_CONTEXT_KEY: contextKey,
    IMAGO_REGIONS_FILE: file,
    IMAGO_QEMU_IMG: env.qemu.qemuImg,
    ...(env.qemu.qemuSystem !== null && { IMAGO_QEMU_SYSTEM: env.qemu.qemuSystem }),
    COMPUTE_DIRECTORY: join(directory, 'host'),
    COMPUTE_HOST: 'host-1',
    COMPUTE_REGIONS: REGION,
    COMPUTE_HEARTBEAT_SECONDS: '0.1',
    COMPUTE_CONSOLE_SECONDS: '0.1',
    COMPUTE_SWEEP_SECONDS: '0.1',
    COMPUTE_NETWORKS: 'default=restricted,open=open',
    ...settings,
  });
  const neighbours = await startNeighbours({ runUrl, amqpUrl, contextKey });
  return {
    config,
    neighbours,
    directory,
    close: async () => {
      await neighbours.close();
      await rm(directory, { recursive: true });
      await env.close();
    },
  };
}

/** Two regions over one store. */
function someRegions({
  endpoint,
  region,
  bucket,
  access_key,
  secret_key,
}: Awaited<ReturnType<typeof testEnvironment<{ s3: true }>>>['s3']): ReturnType<typeof regionsFile.parse> {
  const s3 = { endpoint, region, bucket, access_key, secret_key };
  return regionsFile.parse([
    { name: REGION, default: true, s3 },
    { name: OTHER_REGION, s3 },
  ]);
}

function persistent(service: Service): PersistentService {
  if (service === 'gateway') throw new Error('the gateway keeps no state');
  return service;
}
