import { refusal } from '@imago/contracts';
import {
  type MultipartUpload,
  ObjectStoreError,
  type PartLink,
  type PartLinkOptions,
  Regions,
  type UploadedPart,
  uploadedParts,
  uploadObjectKey,
} from '@imago/object-store';
import { Injectable, Logger } from '@nestjs/common';
import { type DeclaredPart, DeclaredParts } from './declared-parts.repository.ts';
import { multipartOf, type ResumableUpload } from './resumable-upload.ts';
import { bytesOfPart, partCountOf } from './upload-parts.ts';

/** What of an upload the store has, in the order of the parts. */
export interface StoredParts {
  readonly parts: readonly UploadedPart[];
  readonly missing: readonly number[];
  readonly bytes: number;
}

/** Milliseconds the store has to list the parts of an upload, all pages. */
const PATIENCE = 20_000;

/**
 * Which parts the store has with the very bytes that were declared last. The store is the only one that knows: a part
 * was sent by its owner, past us. The ETag of a part is its MD5, in every store that does not encrypt with keys of a
 * service of its own.
 */
@Injectable()
export class PartsInStore {
  readonly #logger = new Logger(PartsInStore.name);

  constructor(
    private readonly regions: Regions,
    private readonly declared: DeclaredParts,
  ) {}

  /** @throws Refusal service.unavailable when the store does not say */
  async of(upload: ResumableUpload): Promise<StoredParts> {
    const multipart = multipartOf(upload);
    const there = multipart === null ? null : await this.uploaded(upload, multipart);
    return compare(upload, await this.declared.list(upload.id), there ?? []);
  }

  /**
   * The parts a multipart upload of the store has; null when the store does not know it any more.
   * @throws Refusal service.unavailable when the store does not say
   */
  uploaded(upload: ResumableUpload, multipart: MultipartUpload): Promise<readonly UploadedPart[] | null> {
    const { store } = this.regions.get(upload.region);
    return this.#told(upload, uploadedParts(store, multipart, AbortSignal.timeout(PATIENCE)));
  }

  /** Begins an upload of the store. Whoever does so notes it, or gives it up. @throws Refusal service.unavailable */
  begin(upload: ResumableUpload): Promise<MultipartUpload> {
    return this.#told(upload, this.regions.get(upload.region).store.createMultipart(uploadObjectKey(upload.id)));
  }

  /** @throws Refusal service.unavailable; what stays then is swept when the upload ends */
  giveUp(upload: ResumableUpload, multipart: MultipartUpload): Promise<void> {
    return this.#told(upload, this.regions.get(upload.region).store.abortMultipart(multipart));
  }

  /** Where a part is sent, and what with. */
  link(
    { region }: ResumableUpload,
    {
      multipart,
      part_number,
      ...link
    }: PartLinkOptions & { readonly multipart: MultipartUpload; readonly part_number: number },
  ): Promise<PartLink> {
    return this.regions.get(region).store.presignUploadPart(multipart, part_number, link);
  }

  async #told<T>({ id }: ResumableUpload, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (!(error instanceof ObjectStoreError)) throw error;
      this.#logger.error({ err: error, upload_id: id }, 'the store does not answer about an upload');
      throw refusal('service.unavailable', 'The store of this region does not answer.');
    }
  }
}

function compare(
  upload: ResumableUpload,
  declared: readonly DeclaredPart[],
  there: readonly UploadedPart[],
): StoredParts {
  const etags = new Map(there.map(({ part_number, etag }) => [part_number, etag]));
  const parts = declared
    .filter(({ part_number, md5 }) => etags.get(part_number) === md5)
    .map(({ part_number, md5 }) => ({ part_number, etag: md5 }));
  const numbers = new Set(parts.map(({ part_number }) => part_number));
  const all = Array.from({ length: partCountOf(upload) }, (_, index) => index + 1);
  return {
    parts,
    missing: all.filter((number) => !numbers.has(number)),
    bytes: parts.reduce((sum, { part_number }) => sum + bytesOfPart(upload, part_number), 0),
  };
}
