import type { RefusalDocument } from '@imago/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { UploadPlace, UploadSession } from './upload-session.ts';

type UploadRow = Omit<UploadSession, 'place'> & { readonly [name in keyof UploadPlace]: UploadPlace[name] | null };

/** What is known of a session before anybody was asked. */
export type NewUpload = Omit<UploadSession, 'state' | 'place' | 'room' | 'fencing_token' | 'error' | 'ending_event_id'>;

/** A session and the project it was lent to: nobody else has a word in it. */
export type Lent = Pick<UploadSession, 'id' | 'project_id'>;

/** The rows of upload sessions. The clock of leases is the database's. */
@Injectable()
export class UploadSessions {
  constructor(private readonly db: DataSource) {}

  /** Records a session, or finds the one of the same request to the same image. */
  async insert(upload: NewUpload, leaseSeconds: number): Promise<{ session: UploadSession; created: boolean }> {
    const { id, image_id, region, project_id, actor, request_id, correlation_id, size, stages } = upload;
    const [inserted]: UploadRow[] = await this.db.query(
      `INSERT INTO import.upload_sessions
         (id, image_id, region, project_id, actor, request_id, correlation_id, size, state, lease_until, stages)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'opening', now() + make_interval(secs => $9), $10)
       ON CONFLICT ON CONSTRAINT upload_sessions_request_key DO NOTHING RETURNING *`,
      [id, image_id, region, project_id, actor, request_id, correlation_id, size, leaseSeconds, stages],
    );
    if (inserted !== undefined) return { session: toSession(inserted), created: true };
    const [known]: UploadRow[] = await this.db.query(
      'SELECT * FROM import.upload_sessions WHERE image_id = $1 AND request_id = $2',
      [image_id, request_id],
    );
    if (known === undefined) throw new Error(`the upload of request ${request_id} vanished`);
    return { session: toSession(known), created: false };
  }

  async find(id: string): Promise<UploadSession | null> {
    const [row]: UploadRow[] = await this.db.query('SELECT * FROM import.upload_sessions WHERE id = $1', [id]);
    return row === undefined ? null : toSession(row);
  }

  /** A session nothing came of yet: catalog refused it. */
  async forget(id: string): Promise<void> {
    await this.db.query(`DELETE FROM import.upload_sessions WHERE id = $1 AND state = 'opening'`, [id]);
  }

  /** Lends a session that was opening; null when it is not any more. */
  async open(
    id: string,
    place: UploadPlace & Pick<UploadSession, 'room'>,
    leaseSeconds: number,
  ): Promise<UploadSession | null> {
    const { owner, object_id, key, disk_format, upload_id, room } = place;
    return this.#change(
      `state = 'open', owner = $2, object_id = $3, key = $4, disk_format = $5, upload_id = $6,
       room = $8, lease_until = now() + make_interval(secs => $7) WHERE id = $1 AND state = 'opening'`,
      [id, owner, object_id, key, disk_format, upload_id, leaseSeconds, room],
    );
  }

  /** Prolongs a session that is lent; null when it is not any more. */
  renew({ id, project_id }: Lent, leaseSeconds: number): Promise<UploadSession | null> {
    return this.#change(
      `lease_until = now() + make_interval(secs => $3) WHERE id = $1 AND project_id = $2 AND state = 'open'`,
      [id, project_id, leaseSeconds],
    );
  }

  /** Takes a session back from the gateway, or from somebody who was lost while finishing it, to finish it. */
  claim({ id, project_id }: Lent, leaseSeconds: number): Promise<UploadSession | null> {
    return this.#change(
      `state = 'finishing', fencing_token = fencing_token + 1, lease_until = now() + make_interval(secs => $3)
       WHERE id = $1 AND project_id = $2 AND (state = 'open' OR (state = 'finishing' AND lease_until < now()))`,
      [id, project_id, leaseSeconds],
    );
  }

  /** Prolongs the finishing of a session; null when somebody else has it, or it has ended. */
  hold({ id, fencing_token }: UploadSession, leaseSeconds: number): Promise<UploadSession | null> {
    return this.#change(
      `lease_until = now() + make_interval(secs => $3) WHERE id = $1 AND fencing_token = $2 AND state = 'finishing'`,
      [id, fencing_token, leaseSeconds],
    );
  }

  async lock(tx: EntityManager, id: string): Promise<UploadSession | null> {
    const [row]: UploadRow[] = await tx.query('SELECT * FROM import.upload_sessions WHERE id = $1 FOR UPDATE', [id]);
    return row === undefined ? null : toSession(row);
  }

  /** Locks the sessions of an image that have not ended. */
  async lockAliveOfImage(tx: EntityManager, imageId: string): Promise<readonly UploadSession[]> {
    const rows: UploadRow[] = await tx.query(
      'SELECT * FROM import.upload_sessions WHERE image_id = $1 AND lease_until IS NOT NULL FOR UPDATE',
      [imageId],
    );
    return rows.map(toSession);
  }

  /** Locks some sessions whose lease has run out. */
  async lockLost(tx: EntityManager, limit: number): Promise<readonly UploadSession[]> {
    const rows: UploadRow[] = await tx.query(
      `SELECT * FROM import.upload_sessions WHERE lease_until < now()
       ORDER BY lease_until LIMIT $1 FOR UPDATE SKIP LOCKED`,
      [limit],
    );
    return rows.map(toSession);
  }

  /** A staged file, whole, waits for its import no longer than this. */
  async expireAfter(tx: EntityManager, id: string, seconds: number): Promise<void> {
    await tx.query('UPDATE import.upload_sessions SET expires_at = now() + make_interval(secs => $2) WHERE id = $1', [
      id,
      seconds,
    ]);
  }

  /** The staged file of an image has been taken by an import, or its image is gone: it does not expire any more. */
  async expireNever(tx: EntityManager, imageId: string): Promise<void> {
    await tx.query(
      'UPDATE import.upload_sessions SET expires_at = NULL WHERE image_id = $1 AND expires_at IS NOT NULL',
      [imageId],
    );
  }

  /** Locks some staged files that nobody has imported in time. */
  async lockExpired(tx: EntityManager, limit: number): Promise<readonly UploadSession[]> {
    const rows: UploadRow[] = await tx.query(
      `SELECT * FROM import.upload_sessions WHERE expires_at < now()
       ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
      [limit],
    );
    return rows.map(toSession);
  }

  /** Ends a locked session. */
  async end(tx: EntityManager, id: string, eventId: string, error: RefusalDocument | null): Promise<void> {
    await tx.query(
      `UPDATE import.upload_sessions
       SET state = CASE WHEN $3::jsonb IS NULL THEN 'finished' ELSE 'failed' END, error = $3, ending_event_id = $2,
         lease_until = NULL, expires_at = NULL, ended_at = now()
       WHERE id = $1`,
      [id, eventId, error === null ? null : JSON.stringify(error)],
    );
  }

  /** Forgets what ended longer ago than anybody asks again. */
  async prune(): Promise<void> {
    await this.db.query(
      `DELETE FROM import.upload_sessions WHERE ended_at < now() - interval '1 day' AND expires_at IS NULL`,
    );
  }

  async #change(change: string, parameters: readonly unknown[]): Promise<UploadSession | null> {
    const [rows] = await this.db.query<[UploadRow[], number]>(
      `UPDATE import.upload_sessions SET ${change} RETURNING *`,
      [...parameters],
    );
    const [row] = rows;
    return row === undefined ? null : toSession(row);
  }
}

function toSession(row: UploadRow): UploadSession {
  const { owner, object_id, key, disk_format, upload_id, ...session } = row;
  const isPlaced = owner !== null && object_id !== null && key !== null && upload_id !== null;
  return { ...session, place: isPlaced ? { owner, object_id, key, disk_format, upload_id } : null };
}
