import { S3Error } from './errors.ts';
import { SortedKeys } from './sorted-keys.ts';

/** A run of bytes in a segment file. Objects are lists of these, so copies and completed uploads share files. */
export interface Piece {
  readonly segment: string;
  readonly offset: number;
  readonly length: number;
}

export interface StoredChecksum {
  /** As S3 spells it: CRC32, CRC32C, CRC64NVME, SHA1, SHA256. */
  readonly algorithm: string;
  /** Base64; a composite one ends in `-<parts>`. */
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

export interface StoredBody {
  /** Bytes. */
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
  readonly pieces: readonly Piece[];
  readonly checksum?: StoredChecksum;
}

export interface StoredObject extends StoredBody {
  /** Lower-case response headers: content-type, cache-control, x-amz-meta-*, ... */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Upload {
  readonly upload_id: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiated: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly checksum_algorithm?: string;
}

export interface AccessKey {
  readonly access_key: string;
  readonly secret_key: string;
  /** The buckets this key may use; `*` is an administrator: every bucket, and the keys. */
  readonly buckets: readonly string[] | '*';
}

/** One change of the metadata, as it stands in the journal. */
export type ChangeRecord =
  | { readonly op: 'create_bucket'; readonly bucket: string; readonly created: number }
  | { readonly op: 'delete_bucket'; readonly bucket: string }
  | { readonly op: 'put'; readonly bucket: string; readonly key: string; readonly object: StoredObject }
  | { readonly op: 'delete'; readonly bucket: string; readonly key: string }
  | { readonly op: 'create_upload'; readonly upload: Upload }
  | { readonly op: 'put_part'; readonly upload_id: string; readonly part_number: number; readonly part: StoredBody }
  | { readonly op: 'complete'; readonly upload_id: string; readonly object: StoredObject }
  | { readonly op: 'abort'; readonly upload_id: string }
  | { readonly op: 'set_key'; readonly key: AccessKey }
  | { readonly op: 'remove_key'; readonly access_key: string };

export interface Bucket {
  readonly created: number;
  readonly objects: Map<string, StoredObject>;
  readonly keys: SortedKeys;
}

export interface OpenUpload extends Upload {
  readonly parts: Map<number, StoredBody>;
}

/** All metadata, held in memory: a fold of {@link ChangeRecord}s. It does no I/O, so replay and run time are one code. */
export class State {
  readonly buckets = new Map<string, Bucket>();
  readonly uploads = new Map<string, OpenUpload>();
  readonly accessKeys = new Map<string, AccessKey>();
  readonly #references = new Map<string, number>();

  bucket(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (!bucket) throw new S3Error('NoSuchBucket');
    return bucket;
  }

  upload(bucket: string, key: string, uploadId: string): OpenUpload {
    const upload = this.uploads.get(uploadId);
    if (upload?.bucket !== bucket || upload.key !== key) throw new S3Error('NoSuchUpload');
    return upload;
  }

  /**
   * Returns the pieces that the change gave up. They are still counted: give them to {@link release} once nothing can
   * bring the former state back, that is when the change is on the disk.
   */
  apply(record: ChangeRecord): readonly Piece[] {
    switch (record.op) {
      case 'create_bucket':
        this.buckets.set(record.bucket, { created: record.created, objects: new Map(), keys: new SortedKeys() });
        return [];
      case 'delete_bucket':
        this.buckets.delete(record.bucket);
        return [];
      case 'put':
        return this.#put(record.bucket, record.key, record.object);
      case 'delete':
        return this.#delete(record.bucket, record.key);
      case 'create_upload':
        this.uploads.set(record.upload.upload_id, { ...record.upload, parts: new Map() });
        return [];
      case 'put_part':
        return this.#putPart(record.upload_id, record.part_number, record.part);
      case 'complete':
        return this.#complete(record.upload_id, record.object);
      case 'abort':
        return this.#dropUpload(record.upload_id);
      case 'set_key':
        this.accessKeys.set(record.key.access_key, record.key);
        return [];
      case 'remove_key':
        this.accessKeys.delete(record.access_key);
        return [];
      default:
        return record satisfies never;
    }
  }

  /** Keeps the segments of a body alive while it is read; give the same pieces back to {@link release}. */
  retain(pieces: readonly Piece[]): void {
    for (const { segment } of pieces) this.#references.set(segment, (this.#references.get(segment) ?? 0) + 1);
  }

  /** Returns the segments that nothing refers to any more. */
  release(pieces: readonly Piece[]): string[] {
    const unreferenced: string[] = [];
    for (const { segment } of pieces) {
      const left = (this.#references.get(segment) ?? 0) - 1;
      if (left > 0) this.#references.set(segment, left);
      else if (this.#references.delete(segment)) unreferenced.push(segment);
    }
    return unreferenced;
  }

  isReferenced(segment: string): boolean {
    return this.#references.has(segment);
  }

  /** The shortest journal that leads to this state. */
  *records(): Generator<ChangeRecord> {
    for (const key of this.accessKeys.values()) yield { op: 'set_key', key };
    for (const [bucket, { created, objects }] of this.buckets) {
      yield { op: 'create_bucket', bucket, created };
      for (const [key, object] of objects) yield { op: 'put', bucket, key, object };
    }
    for (const { parts, ...upload } of this.uploads.values()) {
      yield { op: 'create_upload', upload };
      for (const [part_number, part] of parts) yield { op: 'put_part', upload_id: upload.upload_id, part_number, part };
    }
  }

  #put(bucketName: string, key: string, object: StoredObject): readonly Piece[] {
    const bucket = this.bucket(bucketName);
    const previous = bucket.objects.get(key);
    this.retain(object.pieces);
    bucket.objects.set(key, object);
    if (previous) return previous.pieces;
    bucket.keys.add(key);
    return [];
  }

  #delete(bucketName: string, key: string): readonly Piece[] {
    const bucket = this.bucket(bucketName);
    const object = bucket.objects.get(key);
    if (!object) return [];
    bucket.objects.delete(key);
    bucket.keys.delete(key);
    return object.pieces;
  }

  #putPart(uploadId: string, partNumber: number, part: StoredBody): readonly Piece[] {
    const upload = this.uploads.get(uploadId);
    if (!upload) throw new S3Error('NoSuchUpload');
    const previous = upload.parts.get(partNumber);
    this.retain(part.pieces);
    upload.parts.set(partNumber, part);
    return previous?.pieces ?? [];
  }

  #complete(uploadId: string, object: StoredObject): readonly Piece[] {
    const upload = this.uploads.get(uploadId);
    if (!upload) throw new S3Error('NoSuchUpload');
    const replaced = this.#put(upload.bucket, upload.key, object);
    return [...replaced, ...this.#dropUpload(uploadId)];
  }

  #dropUpload(uploadId: string): readonly Piece[] {
    const upload = this.uploads.get(uploadId);
    this.uploads.delete(uploadId);
    return [...(upload?.parts.values() ?? [])].flatMap((part) => part.pieces);
  }
}
