import { type MultipartUpload, ObjectNotFoundError, type ObjectStore, Regions } from '@imago/object-store';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { exportOf, type TransferJob } from '../jobs/transfer-job.ts';
import { objectsOf } from './machine-files.ts';

/** Milliseconds that taking back what a job has left in a bucket may take; the sweep tries again. */
const CLEAR_TIMEOUT = 10_000;

/** One of the objects of a job. */
export type DestinationKey = Pick<Destination, 'job_id' | 'object'>;

/** What an export has, or may have, in a bucket that is not ours. */
export interface Destination {
  readonly job_id: string;
  readonly region: string;
  readonly bucket: string;
  readonly object: string;
  /** Uploads to the object that were there before ours was begun; null as long as none was. */
  readonly other_uploads: readonly string[] | null;
  readonly upload_id: string | null;
  /** Of the object our parts become, from the moment before they may have. Null: the object that is there is not ours. */
  readonly etag: string | null;
}

/**
 * The objects exports write, one job at a time each, and what has to be taken away when a job ends without success.
 * Whatever else is in those buckets is the tenant's: an upload we do not know is touched only when it began after we
 * meant to begin ours and has no part, which is all that a worker lost in that moment can have left.
 */
@Injectable()
export class Destinations {
  constructor(
    private readonly db: DataSource,
    private readonly regions: Regions,
  ) {}

  /** @returns false when another job writes one of its objects now. */
  async add(tx: EntityManager, job: TransferJob): Promise<boolean> {
    const objects = objectsOf(job);
    const added: unknown[] = await tx.query(
      `INSERT INTO export.destinations (job_id, region, bucket, object)
       SELECT $1::uuid, $2, $3, object FROM unnest($4::text[]) AS object
       ON CONFLICT (region, bucket, object) WHERE ended_at IS NULL DO NOTHING RETURNING job_id`,
      [job.id, job.region, exportOf(job).destination.bucket, objects],
    );
    return added.length === objects.length;
  }

  async find(jobId: string, object: string): Promise<Destination | null> {
    return (await this.#all(jobId)).find((each) => each.object === object) ?? null;
  }

  async #all(jobId: string): Promise<readonly Destination[]> {
    return this.db.query(
      `SELECT job_id, region, bucket, object, other_uploads, upload_id, etag FROM export.destinations WHERE job_id = $1`,
      [jobId],
    );
  }

  /** The store a destination is in. */
  storeOf({ region, bucket }: Pick<Destination, 'region' | 'bucket'>): ObjectStore {
    return this.regions.get(region).bucketStore(bucket);
  }

  /** Before an upload is begun: what is there already is somebody else's. */
  async meansToUpload(tx: EntityManager, { job_id, object }: DestinationKey, others: readonly string[]): Promise<void> {
    const sql = 'UPDATE export.destinations SET other_uploads = $3 WHERE job_id = $1 AND object = $2';
    await tx.query(sql, [job_id, object, others]);
  }

  async uploads(tx: EntityManager, { job_id, object }: DestinationKey, uploadId: string): Promise<void> {
    const sql = 'UPDATE export.destinations SET upload_id = $3, etag = NULL WHERE job_id = $1 AND object = $2';
    await tx.query(sql, [job_id, object, uploadId]);
  }

  /** Before the parts are made an object: it is ours if it has this ETag. Null: it is not, whatever it has. */
  async seals(tx: EntityManager, { job_id, object }: DestinationKey, etag: string | null): Promise<void> {
    const sql = 'UPDATE export.destinations SET etag = $3 WHERE job_id = $1 AND object = $2';
    await tx.query(sql, [job_id, object, etag]);
  }

  /** The jobs that read this image have to look whether they still may. */
  async lookAgain(tx: EntityManager, imageId: string): Promise<void> {
    await tx.query(
      `UPDATE export.destinations SET look_again = true FROM export.jobs
       WHERE jobs.id = job_id AND jobs.image_id = $1 AND ended_at IS NULL`,
      [imageId],
    );
  }

  async hasToLookAgain(tx: EntityManager, jobId: string): Promise<boolean> {
    const rows: unknown[] = await tx.query('SELECT 1 FROM export.destinations WHERE job_id = $1 AND look_again', [
      jobId,
    ]);
    return rows.length > 0;
  }

  async hasLooked(tx: EntityManager, jobId: string): Promise<void> {
    await tx.query('UPDATE export.destinations SET look_again = false WHERE job_id = $1', [jobId]);
  }

  /** In the transaction that ends a job: what a success has left is the tenant's, anything else is to be taken away. */
  async jobEnded(tx: EntityManager, { id, state }: TransferJob): Promise<void> {
    const sql =
      state === 'succeeded'
        ? 'DELETE FROM export.destinations WHERE job_id = $1'
        : 'UPDATE export.destinations SET ended_at = now() WHERE job_id = $1';
    await tx.query(sql, [id]);
  }

  /** Takes away what an ended job has left, and forgets it. */
  async clear(jobId: string): Promise<void> {
    for (const left of await this.#all(jobId)) await this.#takeAway(left, AbortSignal.timeout(CLEAR_TIMEOUT));
    await this.forget(jobId);
  }

  async forget(jobId: string): Promise<void> {
    await this.db.query('DELETE FROM export.destinations WHERE job_id = $1 AND ended_at IS NOT NULL', [jobId]);
  }

  /** Uploads to the object of a job that a worker of it may have lost before they were saved. */
  async lostUploads(destination: Destination, signal: AbortSignal): Promise<readonly MultipartUpload[]> {
    if (destination.other_uploads === null) return [];
    const known = new Set(destination.other_uploads);
    for (const id of await this.#savedUploads(destination)) known.add(id);
    const store = this.storeOf(destination);
    const lost: MultipartUpload[] = [];
    for (const upload of await uploadsTo(store, destination.object, signal)) {
      if (!known.has(upload.upload_id) && (await isEmpty(store, upload, signal))) lost.push(upload);
    }
    return lost;
  }

  async #savedUploads({ region, bucket, object }: Destination): Promise<readonly string[]> {
    const rows: { upload_id: string }[] = await this.db.query(
      `SELECT upload_id FROM export.destinations
       WHERE region = $1 AND bucket = $2 AND object = $3 AND upload_id IS NOT NULL`,
      [region, bucket, object],
    );
    return rows.map((row) => row.upload_id);
  }

  async #takeAway(left: Destination, signal: AbortSignal): Promise<void> {
    const store = this.storeOf(left);
    const { object, upload_id, etag } = left;
    for (const lost of await this.lostUploads(left, signal)) await store.abortMultipart(lost, signal);
    if (upload_id !== null) await store.abortMultipart({ key: object, upload_id }, signal);
    if (etag !== null && (await etagOf(store, object, signal)) === etag) await store.deleteMany([object], signal);
  }
}

/** The unfinished uploads to one object. */
export async function uploadsTo(
  store: ObjectStore,
  object: string,
  signal: AbortSignal,
): Promise<readonly MultipartUpload[]> {
  return (await store.listMultiparts(object, signal)).filter(({ key }) => key === object);
}

async function isEmpty(store: ObjectStore, upload: MultipartUpload, signal: AbortSignal): Promise<boolean> {
  try {
    return (await store.listParts(upload, signal)).length === 0;
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return false;
    throw error;
  }
}

/** Of the object that is there; null when none is. */
export async function etagOf(store: ObjectStore, object: string, signal: AbortSignal): Promise<string | null> {
  try {
    return (await store.head(object, signal)).etag;
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return null;
    throw error;
  }
}
