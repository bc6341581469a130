import { Hypervisor } from '@imago/hypervisor';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { COMPUTE_CONFIG } from '../config-token.ts';
import { type ComputeConfig, hostOf } from '../config.ts';
import { ServerLocks } from '../locks/server-locks.ts';
import { type ServerOnHost, ServersRepository } from '../servers/servers.repository.ts';
import { correctionOf } from './machine-truth.ts';
import { NoteMachines } from './note-machines.ts';

/** Compares the rows of this host's servers with its machines, and makes them one story again. */
@Injectable()
export class ReconcileMachines {
  readonly #logger = new Logger(ReconcileMachines.name);
  /** Running servers whose machine was missing at the last look, and at which version; null before the first look. */
  #missing: Map<string, number> | null = null;
  /** Locks of servers that were not off at the last look. */
  #lockedInVain: ReadonlySet<string> = new Set();
  /** Servers without a row that this host had at the last look. */
  #strangers: ReadonlySet<string> = new Set();

  constructor(
    private readonly db: DataSource,
    private readonly hypervisor: Hypervisor,
    private readonly servers: ServersRepository,
    private readonly note: NoteMachines,
    private readonly locks: ServerLocks,
    @Inject(COMPUTE_CONFIG) private readonly config: ComputeConfig,
  ) {}

  /** One look. Rejects when the host or the database does not answer; then the next one sees the same. */
  async look(): Promise<void> {
    // The machines first: a server whose row is written before its first directory is never taken for a leftover.
    const present = await this.hypervisor.list();
    const rows = await this.servers.onHost(this.db.manager, hostOf(this.config));
    await this.#removeLeftovers(present, rows);
    const missing = new Map<string, number>();
    const inVain = new Set<string>();
    for (const row of rows) {
      if (row.task === null) await this.#compare(row, missing);
      else if (row.lock_id !== null) await this.#requireOff(row.id, row.lock_id, inVain);
    }
    this.#missing = missing;
    this.#lockedInVain = inVain;
  }

  /**
   * A locked server whose machine runs, or which the host does not have any more, was locked in vain. One that is only
   * being closed, so that its disk can be read, is off at the next look.
   */
  async #requireOff(serverId: string, lockId: string, inVain: Set<string>): Promise<void> {
    if ((await this.hypervisor.power(serverId)) === 'stopped') return;
    inVain.add(lockId);
    if (this.#lockedInVain.has(lockId)) await this.locks.lose(lockId);
  }

  async #removeLeftovers(present: readonly string[], rows: readonly ServerOnHost[]): Promise<void> {
    const living = new Set(rows.map(({ id }) => id));
    const others = present.filter((id) => !living.has(id));
    const known = others.length === 0 ? [] : await this.servers.list(this.db.manager, others);
    const statusOf = new Map(known.map(({ id, status }) => [id, status]));
    const ofProofs = others.length === 0 ? new Set() : await this.#ofProofs(others);
    this.#keepStrangers(others.filter((id) => !statusOf.has(id) && !ofProofs.has(id)));
    for (const id of others) {
      // One that lives under another host's name is no leftover: the host was called so before.
      if (statusOf.get(id) !== 'deleted') continue;
      await this.hypervisor.delete(id);
      this.#logger.warn({ server_id: id }, 'what was left of a server that is gone is removed');
    }
  }

  /** Those that boot images once; who boots them removes them. */
  async #ofProofs(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const sql = 'SELECT id FROM compute.proof_machines WHERE id = ANY ($1::uuid[])';
    const rows: { id: string }[] = await this.db.query(sql, [ids]);
    return new Set(rows.map(({ id }) => id));
  }

  /**
   * Rows are never removed, so a server without one is no leftover: the database was restored or emptied, or is that of
   * another installation. Its disks may be the only thing left of it.
   */
  #keepStrangers(ids: readonly string[]): void {
    for (const id of ids) {
      if (this.#strangers.has(id)) continue;
      this.#logger.warn({ server_id: id }, 'nothing is known of a server this host has; its disks are kept');
    }
    this.#strangers = new Set(ids);
  }

  async #compare(row: ServerOnHost, missing: Map<string, number>): Promise<void> {
    const correction = correctionOf(row.status, await this.hypervisor.power(row.id));
    switch (correction) {
      case null:
        return;
      case 'note_stopped':
        // Why a machine ended is told by the one who watches it, a moment after it is gone. Only what nobody has
        // explained by the next look has crashed; what was missing from the beginning nobody will explain.
        missing.set(row.id, row.version);
        if (this.#missing !== null && this.#missing.get(row.id) !== row.version) return;
        await this.note.stopped(row, 'crashed');
        break;
      case 'note_started':
        await this.note.started(row);
        break;
      case 'cut_off':
        await this.hypervisor.stop(row.id, { patience: 0 });
        break;
      default:
        correction satisfies never;
    }
    this.#logger.warn({ server_id: row.id, status: row.status, correction }, 'a row did not tell of its machine');
  }
}
