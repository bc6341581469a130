import { Hypervisor, HypervisorError } from '@imago/hypervisor';
import { Regions } from '@imago/object-store';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { COMPUTE_CONFIG } from '../config-token.ts';
import { type ComputeConfig, hostOf } from '../config.ts';
import { PacedLoop } from '../paced-loop.ts';
import { directorySize } from './directory-size.ts';
import { HeedMachines } from './heed-machines.ts';
import { type HostReport, HostsRepository } from './hosts.repository.ts';
import { ReconcileMachines } from './reconcile-machines.ts';

/** This process as a host: says that it lives, and sees to it that rows and machines tell the same. */
@Injectable()
export class HostAgent {
  readonly #logger = new Logger(HostAgent.name);
  readonly #host: string;
  readonly #loop: PacedLoop;
  #changes: Promise<void> = Promise.resolve();
  #stopWatching: () => void = () => undefined;
  #unavailable: string | null = null;

  constructor(
    private readonly hypervisor: Hypervisor,
    private readonly regions: Regions,
    private readonly hosts: HostsRepository,
    private readonly reconcile: ReconcileMachines,
    private readonly heed: HeedMachines,
    @Inject(COMPUTE_CONFIG) private readonly config: ComputeConfig,
  ) {
    this.#host = hostOf(config);
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
    await this.hosts.leave(this.#host);
  }

  /** One sign of life and one look at the machines. */
  async beat(): Promise<void> {
    const report = await this.#report();
    await this.hosts.report(this.#host, this.#regionNames(), report);
    this.#tellOfChange(report.unavailable);
    if (report.unavailable === null) await this.reconcile.look();
  }

  async #report(): Promise<HostReport> {
    try {
      const [facts, used] = await Promise.all([this.hypervisor.facts(), directorySize(this.config.COMPUTE_DIRECTORY)]);
      return { facts, disk_used: used, unavailable: null };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { unavailable: error instanceof HypervisorError ? message : `The host does not answer: ${message}` };
    }
  }

  /** Once, when it changes, and not at every beat. */
  #tellOfChange(unavailable: string | null): void {
    if (unavailable === this.#unavailable) return;
    this.#unavailable = unavailable;
    const about = { host_id: this.#host };
    if (unavailable === null) this.#logger.log(about, 'this host can run servers');
    else this.#logger.error({ ...about, reason: unavailable }, 'this host cannot run servers');
  }

  #regionNames(): readonly string[] {
    const chosen = this.config.COMPUTE_REGIONS?.split(',').map((name) => name.trim());
    return chosen === undefined
      ? this.regions.all.map(({ name }) => name)
      : chosen.map((name) => this.regions.get(name).name);
  }
}
