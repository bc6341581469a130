import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  CreateServers,
  GetServer,
  type JobView,
  OperateServer,
  type RequestDefinition,
  type RequestOf,
  type ServerRecord,
} from '@imago/contracts';
import { Hypervisor } from '@imago/hypervisor';
import type { RequestContext } from '@imago/identity';
import { connectMessaging } from '@imago/messaging';
import { FaultFilter, openExchange, renderProblem } from '@imago/service';
import { Crew, eventually } from '@imago/testing';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { BOOT_PROOF_RUNNER } from '../src/boot-proofs/boot-proof-jobs.ts';
import { ComputeModule } from '../src/compute.module.ts';
import { type ComputeConfig, hostOf } from '../src/config.ts';
import { SERVER_RUNNER } from '../src/orders/server-jobs.ts';
import { ProofWorker } from './proof-worker.ts';
import { ServerWorker, type Workplace } from './server-worker.ts';
import { Looks } from './looks.ts';
import { Machines } from './machines.ts';
import type { Neighbours } from './neighbours.ts';
import { REGION, serversOf, tenant } from './requests.ts';
import { startSurroundings } from './surroundings.ts';

/** The compute service with its neighbours, on a database and a broker of its own; the workers are hired. */
export interface ComputeUnderTest extends Neighbours {
  readonly app: INestApplication;
  readonly config: ComputeConfig;
  readonly db: DataSource;
  readonly looks: Looks;
  readonly machines: Machines;
  /** Another worker, at work at once. */
  hire(host?: string): Promise<ServerWorker>;
  /** One that boots images once, at work at once; it goes with the others. */
  hireProver(): Promise<ProofWorker>;
  /** Sends all workers home. */
  dismiss(): Promise<void>;
  ask<R extends RequestDefinition>(
    definition: R,
    data: R['request']['_input'],
    context?: RequestContext,
  ): Promise<R['response']['_output']>;
  /** Orders servers as a member of the project. */
  create(
    imageId: string,
    change?: Partial<RequestOf<typeof CreateServers>>,
  ): Promise<{ job: JobView; servers: readonly ServerRecord[] }>;
  operate(serverId: string, action: 'start' | 'stop' | 'reboot'): Promise<JobView>;
  server(serverId: string): Promise<ServerRecord>;
  /** A server that runs; a worker must be there. */
  running(imageId: string): Promise<ServerRecord>;
  /** A server that is stopped; a worker must be there. */
  stopped(imageId: string): Promise<ServerRecord>;
  close(): Promise<void>;
}

export async function startCompute(settings: Readonly<Record<string, string>> = {}): Promise<ComputeUnderTest> {
  const surroundings = await startSurroundings(settings);
  const { config, neighbours } = surroundings;
  const crew = new Crew((workplace: Workplace, host: string = hostOf(workplace.config)) =>
    ServerWorker.hire(workplace, host),
  );
  const provers = new Crew((workplace: Workplace) => ProofWorker.hire(workplace));
  const machines = new Machines();
  const module = await Test.createTestingModule({ imports: [ComputeModule.forRoot(config)] })
    .overrideProvider(SERVER_RUNNER)
    .useValue(crew)
    .overrideProvider(BOOT_PROOF_RUNNER)
    .useValue(provers)
    .overrideProvider(Hypervisor)
    .useValue(machines)
    .compile();
  const app = module.createNestApplication({ logger: false });
  app.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
    openExchange(request, response);
    next();
  });
  app.useGlobalFilters(new FaultFilter(renderProblem));
  await app.init();
  await connectMessaging(app);
  await app.listen(0, config.HOST);
  const db = app.get(DataSource);
  const ask: ComputeUnderTest['ask'] = (definition, data, context = tenant()) =>
    neighbours.requests.send(definition, data, { context });
  const under: ComputeUnderTest = {
    ...neighbours,
    app,
    config,
    db,
    looks: new Looks(db, neighbours.recorder),
    machines,
    hire: (host) => crew.hire({ app, config, machines }, host),
    hireProver: () => provers.hire({ app, config, machines }),
    dismiss: async () => {
      await crew.dismiss();
      await provers.dismiss();
    },
    ask,
    create: (imageId, change) => ask(CreateServers, serversOf(imageId, change)),
    operate: async (server_id, action) =>
      (await ask(OperateServer, { server_id, region: REGION, action, idempotency_key: null })).job,
    server: async (server_id) => (await ask(GetServer, { server_id, region: REGION })).server,
    running: async (imageId) => {
      const { job, servers } = await under.create(imageId);
      await under.looks.ended(job.id);
      return under.server(servers[0]?.id ?? '');
    },
    stopped: async (imageId) => {
      const { id } = await under.running(imageId);
      const job = await under.operate(id, 'stop');
      await under.looks.ended(job.id);
      return under.server(id);
    },
    close: async () => {
      await crew.dismiss();
      await provers.dismiss();
      await app.close();
      await surroundings.close();
    },
  };
  await untilHostLives(db);
  return under;
}

/** The first sign of life of the host is recorded. */
async function untilHostLives(db: DataSource): Promise<void> {
  await eventually(async () => {
    const live: unknown[] = await db.query('SELECT 1 FROM compute.hosts WHERE unavailable IS NULL');
    if (live.length === 0) throw new Error('the host does not live yet');
  });
}
