import { Hypervisor } from '@imago/hypervisor';
import { PacedLoop } from '@imago/service';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { COMPUTE_CONFIG } from '../config-token.ts';
import { type ComputeConfig, hostOf } from '../config.ts';
import type { ServerRow } from '../servers/server.row.ts';
import { ServersRepository } from '../servers/servers.repository.ts';
import { ConsolesRepository } from './consoles.repository.ts';

/** Follows the consoles of this host's servers into the table, where every process can read them. */
@Injectable()
export class TailConsoles {
  readonly #logger = new Logger(TailConsoles.name);
  readonly #loop: PacedLoop;
  /** Where the output of each server that is followed goes on. */
  #ends = new Map<string, bigint>();
  /** Servers whose consoles could not be read at the last look: that is said once. */
  #unreadable = new Set<string>();

  constructor(
    private readonly db: DataSource,
    private readonly hypervisor: Hypervisor,
    private readonly servers: ServersRepository,
    private readonly consoles: ConsolesRepository,
    @Inject(COMPUTE_CONFIG) private readonly config: ComputeConfig,
  ) {
    this.#loop = new PacedLoop(TailConsoles.name, config.COMPUTE_CONSOLE_SECONDS, () => this.followAll());
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** Stores what the servers of this host have written since the last look. */
  async followAll(): Promise<void> {
    const ids = await this.servers.writingConsoles(this.db.manager, hostOf(this.config));
    for (const id of ids) await this.#attempt(id);
    this.#ends = new Map([...this.#ends].filter(([id]) => ids.includes(id)));
    this.#unreadable = new Set([...this.#unreadable].filter((id) => ids.includes(id)));
  }

  /** Stores what a server has written since the last look, when it is on this host. */
  async follow(server: Pick<ServerRow, 'id' | 'host_id' | 'built_at'>): Promise<void> {
    if (server.host_id === hostOf(this.config) && server.built_at !== null) await this.#attempt(server.id);
  }

  /** A console that cannot be read is read later; what is stored of it is there. */
  async #attempt(id: string): Promise<void> {
    try {
      const from = this.#ends.get(id) ?? (await this.consoles.end(id));
      const output = await this.hypervisor.console(id, from);
      if (output.data.length > 0) await this.consoles.append(id, output);
      this.#ends.set(id, output.data.length > 0 ? output.offset + BigInt(output.data.length) : from);
      this.#unreadable.delete(id);
    } catch (error) {
      this.#ends.delete(id);
      if (this.#unreadable.has(id)) return;
      this.#unreadable.add(id);
      this.#logger.warn({ server_id: id, err: error }, 'a console cannot be followed now');
    }
  }
}
