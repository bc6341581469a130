import { randomUUID } from 'node:crypto';
import { type RefusalDocument, refusal, type StopReason } from '@imago/contracts';
import { inTransaction } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ServerRow } from '../servers/server.row.ts';
import { type ServerChanges, type ServerOnHost, ServersRepository } from '../servers/servers.repository.ts';
import { type ServerHappening, TellOfServer } from '../servers/tell-of-server.ts';

/** Milliseconds after which a disk that still fails is told of again. */
const DISK_ERROR_INTERVAL = 3_600_000;

/** A server as it was when its machine was looked at. */
export type Seen = Pick<ServerOnHost, 'id' | 'version'>;

/**
 * Records what machines did by themselves. A row that was changed since the look, or has a task by now, is left alone:
 * what was seen may be over, and a task knows more.
 */
@Injectable()
export class NoteMachines {
  constructor(
    private readonly db: DataSource,
    private readonly servers: ServersRepository,
    private readonly tellOf: TellOfServer,
  ) {}

  /** The machine of a running server is off. */
  async stopped(seen: Seen, reason: StopReason): Promise<void> {
    const fault =
      reason === 'crashed' ? refusal('server.crashed', 'The virtual machine ended unasked.').toDocument() : null;
    await this.#note(seen, (row) =>
      row.status !== 'running'
        ? null
        : {
            changes: { status: 'stopped', started_at: null, ...(fault === null ? {} : { fault }) },
            happening: { type: 'stopped', reason },
          },
    );
  }

  /** The machine of a stopped server runs. */
  async started(seen: Seen): Promise<void> {
    await this.#note(seen, (row) =>
      row.status !== 'stopped'
        ? null
        : {
            changes: { status: 'running', started_at: new Date(), disk_generation: row.disk_generation + 1 },
            happening: { type: 'started' },
          },
    );
  }

  /** A disk could not be read or written. The server goes on, and is told of it once an hour at most. */
  async diskError(serverId: string, diskId: string): Promise<void> {
    const error = refusal('server.disk_error', 'A disk of the server could not be read or written.', {
      disk_id: diskId,
    }).toDocument();
    await inTransaction(this.db, async (tx) => {
      const row = await this.servers.lock(tx, serverId);
      if (row?.status !== 'running' || isRecent(row.disk_error_at)) return;
      await this.#change(tx, row, diskErrorOf(error));
    });
  }

  async #note(seen: Seen, noteOf: (row: ServerRow) => Note | null): Promise<void> {
    await inTransaction(this.db, async (tx) => {
      const row = await this.servers.lock(tx, seen.id);
      if (row?.version !== seen.version || row.task !== null) return;
      const note = noteOf(row);
      if (note !== null) await this.#change(tx, row, note);
    });
  }

  async #change(tx: EntityManager, row: ServerRow, { changes, happening }: Note): Promise<void> {
    const changed = await this.servers.update(tx, row, changes);
    await this.tellOf.tell(tx, changed, happening, { correlation_id: randomUUID() });
  }
}

interface Note {
  readonly changes: ServerChanges;
  readonly happening: ServerHappening;
}

function diskErrorOf(error: RefusalDocument): Note {
  return { changes: { fault: error, disk_error_at: new Date() }, happening: { type: 'failed', error } };
}

function isRecent(instant: Date | null): boolean {
  return instant !== null && Date.now() - instant.getTime() < DISK_ERROR_INTERVAL;
}
