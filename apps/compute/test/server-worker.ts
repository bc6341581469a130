import { Outbox } from '@imago/messaging';
import { type JobPace, JobRunner } from '@imago/jobs';
import { serviceDataSource } from '@imago/persistence';
import { LosableWorker } from '@imago/testing';
import type { INestApplication } from '@nestjs/common';
import { COMPUTE_ENTITIES } from '../src/compute-entities.ts';
import type { ComputeConfig } from '../src/config.ts';
import { EndOfJob } from '../src/orders/end-of-job.ts';
import type { ServerData, ServerInput } from '../src/orders/server-job.ts';
import { ServerJobs } from '../src/orders/server-jobs.ts';
import { serverDefinition } from '../src/phases/server-definition.ts';
import { ServersRepository } from '../src/servers/servers.repository.ts';
import { TellOfServer } from '../src/servers/tell-of-server.ts';
import { MachineGate } from './machine-gate.ts';
import type { Machines } from './machines.ts';

/** What a worker works with, as far as it is not its own. */
export interface Workplace {
  readonly app: INestApplication;
  readonly config: ComputeConfig;
  readonly machines: Machines;
}

/** In more of a hurry than a real service. */
export const PACE: JobPace = { beat: 200, poll: 50, retry: 20, grace: 500 };

let hired = 0;

/** One worker of a host: the real runner with the real phases, on connections of its own that can be cut. */
export class ServerWorker extends LosableWorker<MachineGate, JobRunner<ServerInput, ServerData>> {
  static async hire({ app, config, machines }: Workplace, host: string): Promise<ServerWorker> {
    const gate = new MachineGate(machines);
    const options = { service: 'compute', url: config.DATABASE_URL, entities: COMPUTE_ENTITIES };
    const db = await serviceDataSource(options).initialize();
    const tools = {
      db,
      hypervisor: gate,
      servers: app.get(ServersRepository),
      tellOf: app.get(TellOfServer),
      patience: 1000,
      maximumAttempts: config.COMPUTE_MAXIMUM_ATTEMPTS,
    };
    const runner = new JobRunner({
      db,
      outbox: app.get(Outbox),
      store: app.get(ServerJobs).store,
      definition: serverDefinition(tools, app.get(EndOfJob), config),
      leaseSeconds: config.COMPUTE_LEASE_SECONDS,
      worker: `worker-${++hired}`,
      host,
      concurrency: 2,
      pace: PACE,
      log: { log: () => undefined, error: () => undefined },
    });
    runner.start();
    return new ServerWorker(gate, runner, db);
  }
}
