import type { RefusalDocument, ResumableUploadState } from '@imago/contracts';
import { lockName } from '@imago/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ResumableUpload } from './resumable-upload.ts';

/** Sizes come out of the driver as text; none passes 2^53. */
type Row = Omit<ResumableUpload, Sizes> & Readonly<Record<Sizes, string>>;
type Sizes = 'size' | 'part_size' | 'bytes_verified';

/** What is known of an upload when it begins. */
export type NewResumableUpload = Pick<
  ResumableUpload,
  | 'id'
  | 'project_id'
  | 'region'
  | 'name'
  | 'fingerprint'
  | 'made_of'
  | 'created_by'
  | 'correlation_id'
  | 'size'
  | 'part_size'
  | 'sha256'
>;

export interface UploadPageQuery {
  readonly region: string;
  readonly project_id: string;
  readonly state: ResumableUploadState | null;
  readonly fingerprint: string | null;
  readonly limit: number;
  readonly marker: string | null;
}

/** How an upload ends, and what came of it. */
export interface UploadEnd {
  readonly state: 'imported' | 'failed' | 'abandoned';
  readonly image_id?: string;
  readonly error?: RefusalDocument;
}

const CHANGED = 'updated_at = clock_timestamp(), version = version + 1';

/** The rows of resumable uploads. The clock of leases and expiry is the database's. */
@Injectable()
export class ResumableUploads {
  constructor(private readonly db: DataSource) {}

  async insert(tx: EntityManager, upload: NewResumableUpload, expirySeconds: number): Promise<ResumableUpload> {
    const { id, project_id, region, name, fingerprint, made_of, created_by, correlation_id } = upload;
    const { size, part_size, sha256 } = upload;
    const told = [id, project_id, region, name, fingerprint, made_of, created_by, correlation_id];
    const rows: [Row] = await tx.query(
      `INSERT INTO import.resumable_uploads (id, project_id, region, name, fingerprint, made_of, created_by,
         correlation_id, size, part_size, sha256, state, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', now() + make_interval(secs => $12)) RETURNING *`,
      [...told, size, part_size, sha256, expirySeconds],
    );
    return toUpload(rows[0]);
  }

  async find(id: string, region: string, db: EntityManager = this.db.manager): Promise<ResumableUpload | null> {
    const rows: Row[] = await db.query('SELECT * FROM import.resumable_uploads WHERE id = $1 AND region = $2', [
      id,
      region,
    ]);
    return first(rows);
  }

  /** The row, which stays as it is until the end of the transaction. */
  async lock(tx: EntityManager, id: string, region: string): Promise<ResumableUpload | null> {
    const rows: Row[] = await tx.query(
      'SELECT * FROM import.resumable_uploads WHERE id = $1 AND region = $2 FOR UPDATE',
      [id, region],
    );
    return first(rows);
  }

  /** Keeps two who begin uploads of a project apart until the end of the transaction. */
  async lockProject(tx: EntityManager, projectId: string, region: string): Promise<void> {
    await lockName(tx, JSON.stringify(['imago.import.resumable_uploads', region, projectId]));
  }

  /** What a project's uploads take, until they have ended. */
  async used(tx: EntityManager, projectId: string, region: string): Promise<{ uploads: number; bytes: number }> {
    const rows: { uploads: number; bytes: string }[] = await tx.query(
      `SELECT count(*)::int AS uploads, coalesce(sum(size), 0) AS bytes FROM import.resumable_uploads
       WHERE region = $1 AND project_id = $2 AND expires_at IS NOT NULL`,
      [region, projectId],
    );
    return { uploads: rows[0]?.uploads ?? 0, bytes: Number(rows[0]?.bytes ?? 0) };
  }

  /** One more than the page has when there are more; newest first. Null when the marker is none of them. */
  async page(query: UploadPageQuery): Promise<readonly ResumableUpload[] | null> {
    const { region, project_id, state, fingerprint, limit, marker } = query;
    if (marker !== null && (await this.find(marker, region))?.project_id !== project_id) return null;
    const rows: Row[] = await this.db.query(
      `SELECT * FROM import.resumable_uploads WHERE region = $1 AND project_id = $2
         AND ($3::text IS NULL OR state = $3) AND ($4::text IS NULL OR fingerprint = $4)
         AND ($5::uuid IS NULL OR (created_at, id) < (SELECT created_at, id FROM import.resumable_uploads WHERE id = $5))
       ORDER BY created_at DESC, id DESC LIMIT $6`,
      [region, project_id, state, fingerprint, marker, limit + 1],
    );
    return rows.map(toUpload);
  }

  /** Notes the store's multipart upload in the place of another one; null when somebody else has noted one meanwhile. */
  setMultipart({ id, multipart_id }: ResumableUpload, multipartId: string): Promise<ResumableUpload | null> {
    return this.#change(
      this.db.manager,
      `multipart_id = $3, ${CHANGED} WHERE id = $1 AND multipart_id IS NOT DISTINCT FROM $2 AND state = 'open'`,
      [id, multipart_id, multipartId],
    );
  }

  /** Something was done with an upload: it expires so much later. */
  async prolong(tx: EntityManager, id: string, expirySeconds: number): Promise<void> {
    await tx.query(
      `UPDATE import.resumable_uploads SET expires_at = now() + make_interval(secs => $2)
       WHERE id = $1 AND state IN ('open', 'completed')`,
      [id, expirySeconds],
    );
  }

  /** From here on parts are not taken any more. The row is locked in `tx`; whoever has time takes it. */
  complete(tx: EntityManager, id: string, sha256: string | null): Promise<ResumableUpload> {
    return this.#changeOne(tx, `state = 'completing', sha256 = $2, lease_until = now(), ${CHANGED} WHERE id = $1`, [
      id,
      sha256,
    ]);
  }

  /** Takes an upload that waits to be made one object, or whose maker was lost; null when there is none. */
  claim(leaseSeconds: number): Promise<ResumableUpload | null> {
    return this.#change(
      this.db.manager,
      `fencing_token = fencing_token + 1, attempt = attempt + 1, lease_until = now() + make_interval(secs => $1)
       WHERE id = (SELECT id FROM import.resumable_uploads WHERE state = 'completing' AND lease_until <= now()
         ORDER BY lease_until LIMIT 1 FOR UPDATE SKIP LOCKED)`,
      [leaseSeconds],
    );
  }

  /** Prolongs a claim and says how far it is; null when somebody else has it, or it has ended. */
  hold({ id, fencing_token }: ResumableUpload, verified: number, seconds: number): Promise<ResumableUpload | null> {
    return this.#change(
      this.db.manager,
      `bytes_verified = $3, lease_until = now() + make_interval(secs => $4)
       WHERE id = $1 AND fencing_token = $2 AND state = 'completing'`,
      [id, fencing_token, verified, seconds],
    );
  }

  /** One object is made, and is the right one; null when the claim was lost. */
  completed(tx: EntityManager, claim: ResumableUpload, expirySeconds: number): Promise<ResumableUpload | null> {
    return this.#change(
      tx,
      `state = 'completed', bytes_verified = CASE WHEN sha256 IS NULL THEN 0 ELSE size END, lease_until = NULL,
         expires_at = now() + make_interval(secs => $3), ${CHANGED}
       WHERE id = $1 AND fencing_token = $2 AND state = 'completing'`,
      [claim.id, claim.fencing_token, expirySeconds],
    );
  }

  /** Ends a locked upload; what it has in the store is erased after that. */
  async end(tx: EntityManager, id: string, { state, image_id, error }: UploadEnd): Promise<ResumableUpload> {
    await tx.query('DELETE FROM import.resumable_upload_parts WHERE upload_id = $1', [id]);
    const document = error === undefined ? null : JSON.stringify(error);
    return this.#changeOne(
      tx,
      `state = $2, image_id = $3, error = $4, expires_at = NULL, lease_until = NULL, ${CHANGED} WHERE id = $1`,
      [id, state, image_id ?? null, document],
    );
  }

  /** Locks some uploads whose time is over. Whether an import needs one of them is to be asked after that. */
  async lockExpired(tx: EntityManager, limit: number): Promise<readonly ResumableUpload[]> {
    const rows: Row[] = await tx.query(
      `SELECT * FROM import.resumable_uploads WHERE state IN ('open', 'completed') AND expires_at < now()
       ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
      [limit],
    );
    return rows.map(toUpload);
  }

  /** Which of these uploads an import that has not ended reads. */
  async beingImported(tx: EntityManager, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows: { id: string }[] = await tx.query(
      `SELECT DISTINCT input -> 'source' ->> 'upload_id' AS id FROM import.jobs
       WHERE input -> 'source' ? 'upload_id' AND input -> 'source' ->> 'upload_id' = ANY ($1) AND finished_at IS NULL`,
      [ids],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Uploads that have ended and whose bytes may still be in the store. */
  async unerased(limit: number): Promise<readonly ResumableUpload[]> {
    const rows: Row[] = await this.db.query(
      `SELECT * FROM import.resumable_uploads WHERE expires_at IS NULL AND erased_at IS NULL ORDER BY updated_at LIMIT $1`,
      [limit],
    );
    return rows.map(toUpload);
  }

  async erased(id: string): Promise<void> {
    await this.db.query('UPDATE import.resumable_uploads SET erased_at = now() WHERE id = $1', [id]);
  }

  /** Forgets what ended, and was erased, longer ago than anybody asks again. */
  async prune(days: number): Promise<void> {
    await this.db.query(
      `DELETE FROM import.resumable_uploads WHERE expires_at IS NULL AND erased_at < now() - make_interval(days => $1)`,
      [days],
    );
  }

  /** Lets nothing end a completed upload until the end of the transaction; null when there is none of that project's. */
  async share(tx: EntityManager, id: string, region: string): Promise<ResumableUpload | null> {
    const rows: Row[] = await tx.query(
      'SELECT * FROM import.resumable_uploads WHERE id = $1 AND region = $2 FOR SHARE',
      [id, region],
    );
    return first(rows);
  }

  async #changeOne(tx: EntityManager, change: string, parameters: readonly unknown[]): Promise<ResumableUpload> {
    const changed = await this.#change(tx, change, parameters);
    if (changed === null) throw new Error('a locked upload vanished');
    return changed;
  }

  async #change(db: EntityManager, change: string, parameters: readonly unknown[]): Promise<ResumableUpload | null> {
    const [rows] = await db.query<[Row[], number]>(`UPDATE import.resumable_uploads SET ${change} RETURNING *`, [
      ...parameters,
    ]);
    return first(rows);
  }
}

function first(rows: readonly Row[]): ResumableUpload | null {
  const [row] = rows;
  return row === undefined ? null : toUpload(row);
}

function toUpload(row: Row): ResumableUpload {
  const { size, part_size, bytes_verified } = row;
  return { ...row, size: Number(size), part_size: Number(part_size), bytes_verified: Number(bytes_verified) };
}
