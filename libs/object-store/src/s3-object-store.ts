import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Bucket } from './bucket.ts';
import { copyPart } from './copy-part.ts';
import { deleteObjects } from './delete-objects.ts';
import type { Landing } from './landing.ts';
import { Links } from './links.ts';
import { listObjects, listObjectsPage, listUploadedParts, listUploads } from './list-bucket.ts';
import { etagOf, landRange, openRange, withoutQuotes } from './object-range.ts';
import {
  type CompleteOptions,
  type DownloadLink,
  type ListedObject,
  type ListedPage,
  type MultipartUpload,
  type ObjectFacts,
  ObjectStore,
  type PageOptions,
  type PartLink,
  type PartLinkOptions,
  type PartSource,
  type RangeOptions,
  type ReadOptions,
  type UploadedPart,
} from './object-store.ts';
import { ObjectChangedError, ObjectExistsError, ObjectNotFoundError, ObjectStoreError } from './object-store.errors.ts';
import type { Retries } from './patience.ts';
import { openS3Client, type S3Account } from './s3-client.ts';
import { etagOfParts } from './uploaded-parts.ts';
import type { TransportLimits } from './wire-request.ts';

export interface S3Settings extends S3Account {
  readonly bucket: string;
}

export type S3Limits = TransportLimits & Retries;

/** A store that is away for a moment is waited for, two seconds or so; one that is silent, for a minute at a time. */
const LIMITS: S3Limits = { max_sockets: 256, connect_ms: 5_000, silence_ms: 60_000, attempts: 5, pause_ms: 200 };

/** The port on the S3 API of any vendor. */
export class S3ObjectStore extends ObjectStore {
  readonly #settings: S3Settings;
  readonly #bucket: Bucket;
  readonly #limits: S3Limits;
  readonly #links: Links;

  /** With `sharing`, the connections are those of that store, whose endpoint and key must be the same. */
  constructor(settings: S3Settings, limits: Partial<S3Limits> = {}, sharing?: S3ObjectStore) {
    super();
    this.#settings = settings;
    this.#limits = { ...LIMITS, ...limits };
    const client = sharing === undefined ? openS3Client(settings, this.#limits) : sharing.#bucket.client;
    this.#bucket = new Bucket(client, settings.bucket, this.#limits);
    this.#links =
      sharing === undefined ? linksOf(settings, client, this.#limits) : sharing.#links.into(settings.bucket);
  }

  /** Another bucket of the same store, over the same connections. */
  withBucket(bucket: string): S3ObjectStore {
    return new S3ObjectStore({ ...this.#settings, bucket }, this.#limits, this);
  }

  override async head(key: string, signal?: AbortSignal): Promise<ObjectFacts> {
    const { client, name } = this.#bucket;
    const reply = await this.#bucket.ask(key, signal, (options) =>
      client.send(new HeadObjectCommand({ Bucket: name, Key: key }), options),
    );
    return { size: reply.ContentLength ?? 0, etag: withoutQuotes(reply.ETag) };
  }

  override async read(key: string, options: RangeOptions): Promise<Buffer> {
    const { offset = 0, length, etag, signal } = options;
    if (length === 0) {
      await this.#requireUnchanged(key, options);
      return Buffer.alloc(0);
    }
    const whole = options.into ?? Buffer.allocUnsafeSlow(length);
    if (whole.length !== length) throw new RangeError(`${length} bytes do not fill memory of ${whole.length}`);
    let filled = 0;
    let pinned = etag;
    await this.#bucket.ask(key, signal, async (_options, patience) => {
      const landing: Landing = {
        target: whole.subarray(filled),
        arrived: 0,
        onArrival: () => {
          patience.renew();
          options.onArrival?.();
        },
      };
      try {
        await landRange(this.#bucket, key, { offset: offset + filled, etag: pinned, signal, landing });
      } finally {
        filled += landing.arrived;
        pinned ??= etagOf(landing); // a second request must not bring the rest of another object
      }
    });
    return whole;
  }

  override async stream(key: string, options: ReadOptions = {}): Promise<Readable> {
    const { length, signal } = options;
    if (length === 0) {
      await this.#requireUnchanged(key, options);
      return Readable.from([]);
    }
    return this.#bucket.ask(key, signal, () => openRange(this.#bucket, key, options));
  }

  override async put(key: string, body: Buffer, signal?: AbortSignal): Promise<ObjectFacts> {
    const { client, name } = this.#bucket;
    const reply = await this.#bucket.ask(key, signal, (options) =>
      client.send(new PutObjectCommand({ Bucket: name, Key: key, Body: body, ContentLength: body.length }), options),
    );
    return { size: body.length, etag: withoutQuotes(reply.ETag) };
  }

  override async createMultipart(key: string, signal?: AbortSignal): Promise<MultipartUpload> {
    const { client, name } = this.#bucket;
    const { UploadId } = await this.#bucket.ask(key, signal, (options) =>
      client.send(new CreateMultipartUploadCommand({ Bucket: name, Key: key }), options),
    );
    if (UploadId === undefined) throw new ObjectStoreError(`${key}: the store begins an upload without an id`);
    return { key, upload_id: UploadId };
  }

  override async uploadPart(
    upload: MultipartUpload,
    partNumber: number,
    body: Buffer | readonly Buffer[],
    signal?: AbortSignal,
  ): Promise<UploadedPart> {
    const { client, name } = this.#bucket;
    const buffers: readonly Buffer[] = Buffer.isBuffer(body) ? [body] : body;
    const ContentLength = buffers.reduce((sum, each) => sum + each.length, 0);
    const target = { Bucket: name, Key: upload.key, UploadId: upload.upload_id, PartNumber: partNumber };
    const { ETag } = await this.#bucket.ask(upload.key, signal, (options) =>
      client.send(new UploadPartCommand({ ...target, ContentLength, Body: Readable.from(buffers) }), options),
    );
    return { part_number: partNumber, etag: withoutQuotes(ETag) };
  }

  override async copyPart(
    upload: MultipartUpload,
    partNumber: number,
    source: PartSource,
    signal?: AbortSignal,
  ): Promise<UploadedPart> {
    return { part_number: partNumber, etag: await copyPart(this.#bucket, { upload, partNumber, source, signal }) };
  }

  override async listParts(upload: MultipartUpload, signal?: AbortSignal): Promise<readonly UploadedPart[]> {
    return listUploadedParts(this.#bucket, upload, signal);
  }

  override async completeMultipart(
    upload: MultipartUpload,
    parts: readonly UploadedPart[],
    signal?: AbortSignal,
    { ifAbsent = false }: CompleteOptions = {},
  ): Promise<ObjectFacts> {
    const { client, name } = this.#bucket;
    const Parts = parts.map(({ part_number, etag }) => ({ PartNumber: part_number, ETag: `"${etag}"` }));
    const target = { Bucket: name, Key: upload.key, UploadId: upload.upload_id };
    const input = { ...target, MultipartUpload: { Parts }, ...(ifAbsent && { IfNoneMatch: '*' }) };
    let attempts = 0;
    try {
      await this.#bucket.ask(upload.key, signal, (options) => {
        attempts += 1;
        return client.send(new CompleteMultipartUploadCommand(input), options);
      });
    } catch (error) {
      const isThere = error instanceof ObjectChangedError; // so a condition is told that does not hold
      // The first attempt may have done it and its reply been lost: then the upload is gone and the object is there.
      const isMaybeDone = attempts > 1 && (isThere || error instanceof ObjectNotFoundError);
      const facts = isMaybeDone ? await this.head(upload.key, signal) : undefined;
      if (facts?.etag === etagOfParts(parts)) return facts;
      throw isThere ? new ObjectExistsError(`${upload.key}: there is an object already`) : error;
    }
    return this.head(upload.key, signal);
  }

  override async abortMultipart({ key, upload_id }: MultipartUpload, signal?: AbortSignal): Promise<void> {
    const { client, name } = this.#bucket;
    const input = { Bucket: name, Key: key, UploadId: upload_id };
    try {
      await this.#bucket.ask(key, signal, (options) => client.send(new AbortMultipartUploadCommand(input), options));
    } catch (error) {
      if (!(error instanceof ObjectNotFoundError)) throw error;
    }
  }

  override async list(prefix: string, signal?: AbortSignal): Promise<readonly ListedObject[]> {
    return listObjects(this.#bucket, prefix, signal);
  }

  override async listPage(prefix: string, page: PageOptions, signal?: AbortSignal): Promise<ListedPage> {
    return listObjectsPage(this.#bucket, prefix, { ...page, signal });
  }

  override async listMultiparts(prefix: string, signal?: AbortSignal): Promise<readonly MultipartUpload[]> {
    return listUploads(this.#bucket, prefix, signal);
  }

  override async deleteMany(keys: readonly string[], signal?: AbortSignal): Promise<void> {
    await deleteObjects(this.#bucket, keys, signal);
  }

  override presignGet(key: string, link: DownloadLink): Promise<string> {
    return this.#links.toObject(key, link);
  }

  override presignUploadPart(upload: MultipartUpload, partNumber: number, link: PartLinkOptions): Promise<PartLink> {
    return this.#links.toPart(upload, partNumber, link);
  }

  /** A range without bytes cannot be asked for, but the object may be missing or another all the same. */
  async #requireUnchanged(key: string, { etag, signal }: ReadOptions): Promise<void> {
    const facts = await this.head(key, signal);
    if (etag !== undefined && facts.etag !== etag) throw new ObjectChangedError(`${key}: it has another ETag by now`);
  }
}

/** The address is part of what is signed, so links to another one need a client of their own. */
function linksOf(settings: S3Settings, client: S3Client, limits: S3Limits): Links {
  const { public_endpoint: endpoint = settings.endpoint, bucket } = settings;
  return new Links(endpoint === settings.endpoint ? client : openS3Client({ ...settings, endpoint }, limits), bucket);
}
