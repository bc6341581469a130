import { JobRunner } from '@imago/jobs';
import { Outbox, RequestClient } from '@imago/messaging';
import { serviceDataSource } from '@imago/persistence';
import { LosableWorker } from '@imago/testing';
import type { BootProofData, BootProofInput } from '../src/boot-proofs/boot-proof-job.ts';
import { bootProofDefinition } from '../src/boot-proofs/boot-proof-definition.ts';
import { BootProofJobs } from '../src/boot-proofs/boot-proof-jobs.ts';
import { BootProofPlaces } from '../src/boot-proofs/boot-proof-places.ts';
import { BootProofTools } from '../src/boot-proofs/boot-proof-tools.ts';
import { ProofMachines } from '../src/boot-proofs/proof-machines.ts';
import { COMPUTE_ENTITIES } from '../src/compute-entities.ts';
import { HoldReleases } from '../src/holds/hold-releases.ts';
import { HostCapacity } from '../src/hosts/host-capacity.ts';
import { MachineGate } from './machine-gate.ts';
import { PACE, type Workplace } from './server-worker.ts';

let hired = 0;

/** One that boots images once: the real runner with the real phases, on connections of its own that can be cut. */
export class ProofWorker extends LosableWorker<MachineGate, JobRunner<BootProofInput, BootProofData>> {
  static async hire({ app, config, machines }: Workplace): Promise<ProofWorker> {
    const gate = new MachineGate(machines);
    const options = { service: 'compute', url: config.DATABASE_URL, entities: COMPUTE_ENTITIES };
    const db = await serviceDataSource(options).initialize();
    const places = app.get(BootProofPlaces);
    const own = new ProofMachines(db, gate, app.get(HostCapacity), config);
    const tools = new BootProofTools(app.get(RequestClient), gate, own, places, app.get(HoldReleases), config);
    const runner = new JobRunner({
      db,
      outbox: app.get(Outbox),
      store: app.get(BootProofJobs).store,
      definition: bootProofDefinition(tools, config),
      leaseSeconds: config.COMPUTE_LEASE_SECONDS,
      worker: `prover-${++hired}`,
      regions: () => places.regions(),
      concurrency: 1,
      pace: PACE,
      log: { log: () => undefined, error: () => undefined },
    });
    runner.start();
    return new ProofWorker(gate, runner, db);
  }
}
