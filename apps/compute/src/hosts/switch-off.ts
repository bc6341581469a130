import { Hypervisor } from '@imago/hypervisor';
import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ServersRepository } from '../servers/servers.repository.ts';
import { NoteMachines } from './note-machines.ts';

/** Milliseconds a guest gets when the whole host goes: the service itself must end in time. */
const PATIENCE = 4_000;

/** Switches off every machine of a host that ends, for installations that leave nothing running behind. */
@Injectable()
export class SwitchOff {
  readonly #logger = new Logger(SwitchOff.name);

  constructor(
    private readonly db: DataSource,
    private readonly hypervisor: Hypervisor,
    private readonly servers: ServersRepository,
    private readonly note: NoteMachines,
  ) {}

  /** What cannot be switched off is logged, and runs on. */
  async everything(): Promise<void> {
    await Promise.all((await this.hypervisor.list()).map((id) => this.#one(id)));
  }

  async #one(id: string): Promise<void> {
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
