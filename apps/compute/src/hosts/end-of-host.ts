import { Hypervisor, HypervisorError } from '@imago/hypervisor';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { COMPUTE_CONFIG } from '../config-token.ts';
import type { ComputeConfig } from '../config.ts';
import { ServersRepository } from '../servers/servers.repository.ts';
import { HostDisks } from './host-disks.ts';
import { NoteMachines } from './note-machines.ts';

/** Milliseconds a guest gets when the whole host goes: the service itself must end in time. */
const PATIENCE = 4_000;

/** Lets go of the machines when the service ends, or switches them off where nothing is to be left running. */
@Injectable()
export class EndOfHost {
  readonly #logger = new Logger(EndOfHost.name);

  constructor(
    private readonly db: DataSource,
    private readonly hypervisor: Hypervisor,
    private readonly disks: HostDisks,
    private readonly servers: ServersRepository,
    private readonly note: NoteMachines,
    @Inject(COMPUTE_CONFIG) private readonly config: ComputeConfig,
  ) {}

  /** What cannot be switched off is logged, and runs on. */
  async end(): Promise<void> {
    if (this.config.COMPUTE_STOP_SERVERS_AT_END === 'true') await this.#switchOffAll();
    await this.hypervisor.close();
    await this.disks.stop();
  }

  async #switchOffAll(): Promise<void> {
    try {
      await Promise.all((await this.hypervisor.list()).map((id) => this.#switchOff(id)));
    } catch (error) {
      if (!(error instanceof HypervisorError)) this.#logger.error({ err: error }, 'servers may be running still');
    }
  }

  async #switchOff(id: string): Promise<void> {
    try {
      if ((await this.hypervisor.power(id)) !== 'running') return;
      await this.hypervisor.stop(id, { patience: PATIENCE });
      const row = await this.servers.find(this.db.manager, id);
      if (row !== null) await this.note.stopped(row, 'requested');
    } catch (error) {
      this.#logger.error({ server_id: id, err: error }, 'a server cannot be switched off');
    }
  }
}
