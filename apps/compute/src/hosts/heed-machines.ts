import { Hypervisor, type MachineChange } from '@imago/hypervisor';
import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ServersRepository } from '../servers/servers.repository.ts';
import { NoteMachines } from './note-machines.ts';

/** Hears of what machines did by themselves, at once. */
@Injectable()
export class HeedMachines {
  readonly #logger = new Logger(HeedMachines.name);

  constructor(
    private readonly db: DataSource,
    private readonly hypervisor: Hypervisor,
    private readonly servers: ServersRepository,
    private readonly note: NoteMachines,
  ) {}

  /** Records a change, as far as it is still so. */
  async change(change: MachineChange): Promise<void> {
    switch (change.type) {
      case 'disk_error':
        this.#logger.error({ ...change }, 'a disk of a server cannot be read or written');
        await this.note.diskError(change.server_id, change.disk_id);
        return;
      case 'stopped': {
        const row = await this.servers.find(this.db.manager, change.server_id);
        if (row === null || (await this.hypervisor.power(row.id)) === 'running') return;
        await this.note.stopped(row, change.reason);
        return;
      }
      default:
        change satisfies never;
    }
  }
}
