import type { ConsoleOutput } from '@imago/hypervisor';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** Bytes of its console that are kept of each server. */
export const CONSOLE_BYTES = 262_144;

/** Bytes up to which new output is added to the newest piece instead of becoming one of its own. */
const PIECE = 8_192;

/** What servers wrote to their consoles: the last {@link CONSOLE_BYTES} of each. */
@Injectable()
export class ConsolesRepository {
  constructor(private readonly db: DataSource) {}

  /** Where the output of a server goes on, as far as it is stored. */
  async end(serverId: string): Promise<bigint> {
    const [row]: { end: string | null }[] = await this.db.query(
      'SELECT max(start_offset + length(data)) AS end FROM compute.console_chunks WHERE server_id = $1',
      [serverId],
    );
    return BigInt(row?.end ?? 0);
  }

  /** Adds output. What overlaps with what is stored already, or belongs to a server that is gone, changes nothing. */
  async append(serverId: string, { offset, data }: ConsoleOutput): Promise<void> {
    await this.db.transaction(async (tx) => {
      // Keeps two writers apart, and a server's end from leaving a piece behind.
      const living: unknown[] = await tx.query(
        `SELECT 1 FROM compute.servers WHERE id = $1 AND status <> 'deleted' FOR NO KEY UPDATE`,
        [serverId],
      );
      if (living.length === 0) return;
      const newest = await newestPiece(tx, serverId);
      if (newest !== null && offset < newest.end) return;
      if (newest?.end === offset && newest.length + data.length <= PIECE) {
        await tx.query(
          'UPDATE compute.console_chunks SET data = data || $3 WHERE server_id = $1 AND start_offset = $2',
          [serverId, newest.start.toString(), data],
        );
      } else {
        await tx.query('INSERT INTO compute.console_chunks (server_id, start_offset, data) VALUES ($1, $2, $3)', [
          serverId,
          offset.toString(),
          data,
        ]);
      }
      await tx.query('DELETE FROM compute.console_chunks WHERE server_id = $1 AND start_offset + length(data) <= $2', [
        serverId,
        (offset + BigInt(data.length) - BigInt(CONSOLE_BYTES)).toString(),
      ]);
    });
  }

  /** The last bytes of a console, oldest first. */
  async tail(serverId: string, length: number): Promise<Buffer> {
    const rows: { data: Buffer }[] = await this.db.query(
      `SELECT data FROM compute.console_chunks WHERE server_id = $1 AND start_offset + length(data) >
         (SELECT max(start_offset + length(data)) FROM compute.console_chunks WHERE server_id = $1) - $2
       ORDER BY start_offset`,
      [serverId, length],
    );
    const bytes = Buffer.concat(rows.map(({ data }) => data));
    return bytes.subarray(Math.max(0, bytes.length - length));
  }
}

async function newestPiece(
  tx: EntityManager,
  serverId: string,
): Promise<{ start: bigint; end: bigint; length: number } | null> {
  const [row]: { start_offset: string; length: number }[] = await tx.query(
    `SELECT start_offset, length(data) AS length FROM compute.console_chunks WHERE server_id = $1
     ORDER BY start_offset DESC LIMIT 1`,
    [serverId],
  );
  if (row === undefined) return null;
  const start = BigInt(row.start_offset);
  return { start, end: start + BigInt(row.length), length: row.length };
}
