import { Hypervisor, HypervisorError } from '@imago/hypervisor';
import { Regions } from '@imago/object-store';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { COMPUTE_CONFIG } from '../config-token.ts';
import { type ComputeConfig, hostOf } from '../config.ts';
import { ExportAddress } from '../exports/export-address.ts';
import { directorySize } from './directory-size.ts';
import { HostDisks } from './host-disks.ts';
import { type HostReport, HostsRepository } from './hosts.repository.ts';

/** What this host says of itself, to the others and in its log. */
@Injectable()
export class HostReports {
  readonly #logger = new Logger(HostReports.name);
  readonly #host: string;
  #said: string | null | undefined;

  constructor(
    private readonly hypervisor: Hypervisor,
    private readonly disks: HostDisks,
    private readonly regions: Regions,
    private readonly hosts: HostsRepository,
    private readonly address: ExportAddress,
    @Inject(COMPUTE_CONFIG) private readonly config: ComputeConfig,
  ) {
    this.#host = hostOf(config);
  }

  /** Whether it is known, and others were told, if this host can run servers. */
  get settled(): boolean {
    return this.#said !== undefined;
  }

  /**
   * Gives a sign of life, and answers whether the host can run servers. Nothing is said before that is known: what others
   * know of it stands until then. Rejects when the database does not answer.
   */
  async send(): Promise<boolean> {
    await this.disks.settled();
    const report = await this.#report();
    await this.hosts.report(this.#host, this.#regionNames(), report);
    this.#log(report.unavailable);
    return report.unavailable === null;
  }

  /** The host is gone from now on. */
  async leave(): Promise<void> {
    await this.hosts.leave(this.#host);
  }

  async #report(): Promise<HostReport> {
    if (this.disks.fault !== null) return { unavailable: this.disks.fault };
    try {
      const [facts, used] = await Promise.all([this.hypervisor.facts(), directorySize(this.config.COMPUTE_DIRECTORY)]);
      return { facts, disk_used: used, export_url: this.address.url, unavailable: null };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { unavailable: error instanceof HypervisorError ? message : `The host does not answer: ${message}` };
    }
  }

  /** Once when it changes, and not at every sign of life. */
  #log(unavailable: string | null): void {
    if (unavailable === this.#said) return;
    this.#said = unavailable;
    const about = { host_id: this.#host };
    if (unavailable === null) this.#logger.log(about, 'this host can run servers');
    else this.#logger.error({ ...about, reason: unavailable }, 'this host cannot run servers');
  }

  #regionNames(): readonly string[] {
    const chosen = this.config.COMPUTE_REGIONS?.split(',').map((name) => name.trim());
    return chosen === undefined ? this.regions.names : chosen.map((name) => this.regions.get(name).name);
  }
}
