import { Hypervisor } from '@imago/hypervisor';
import { PacedLoop } from '@imago/service';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { ProofMachines } from '../boot-proofs/proof-machines.ts';
import { COMPUTE_CONFIG } from '../config-token.ts';
import type { ComputeConfig } from '../config.ts';
import { HeedMachines } from './heed-machines.ts';
import { HostReports } from './host-reports.ts';
import { ReconcileMachines } from './reconcile-machines.ts';

/** This process as a host: says that it lives, and sees to it that rows and machines tell the same. */
@Injectable()
export class HostAgent {
  readonly #logger = new Logger(HostAgent.name);
  readonly #loop: PacedLoop;
  #changes: Promise<void> = Promise.resolve();
  #stopWatching: () => void = () => undefined;

  constructor(
    private readonly hypervisor: Hypervisor,
    private readonly reports: HostReports,
    private readonly reconcile: ReconcileMachines,
    private readonly heed: HeedMachines,
    private readonly proofMachines: ProofMachines,
    @Inject(COMPUTE_CONFIG) config: ComputeConfig,
  ) {
    this.#loop = new PacedLoop(HostAgent.name, config.COMPUTE_HEARTBEAT_SECONDS, () => this.beat());
  }

  start(): void {
    this.#stopWatching = this.hypervisor.watch((change) => {
      this.#changes = this.#changes
        .then(() => this.heed.change(change))
        .catch((error: unknown) => {
          this.#logger.error({ server_id: change.server_id, err: error }, 'what a machine did is not recorded yet');
        });
    });
    this.#loop.start();
  }

  /** The host is gone from now on; its machines run on. */
  async stop(): Promise<void> {
    this.#stopWatching();
    await this.#loop.stop();
    await this.#changes;
    await this.reports.leave();
  }

  /** One sign of life and one look at the machines. */
  async beat(): Promise<void> {
    if (!(await this.reports.send())) return;
    await this.proofMachines.removeLeftovers();
    await this.reconcile.look();
  }
}
