import {
  refusal,
  type RequestOf,
  type ResponseOf,
  type SignedPart,
  type SignResumableUploadParts,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { inTransaction } from '@imago/messaging';
import type { MultipartUpload, UploadedPart } from '@imago/object-store';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { IMPORT_CONFIG } from '../config-token.ts';
import type { ImportConfig } from '../config.ts';
import { type DeclaredPart, DeclaredParts } from './declared-parts.repository.ts';
import { PartsInStore } from './parts-in-store.ts';
import { multipartOf, requireState, type ResumableUpload } from './resumable-upload.ts';
import { ResumableUploads } from './resumable-uploads.repository.ts';
import { UploadAccess } from './upload-access.ts';
import { bytesOfPart, partCountOf } from './upload-parts.ts';

type Request = RequestOf<typeof SignResumableUploadParts>;
type Answer = ResponseOf<typeof SignResumableUploadParts>;

/**
 * Says where the bytes of parts go. A URL is signed for one part of one length with one MD5, so that nothing else can be
 * stored with it; what the store has already need not be sent.
 */
@Injectable()
export class SignParts {
  constructor(
    private readonly db: DataSource,
    private readonly access: UploadAccess,
    private readonly uploads: ResumableUploads,
    private readonly declared: DeclaredParts,
    private readonly stored: PartsInStore,
    @Inject(IMPORT_CONFIG) private readonly config: ImportConfig,
  ) {}

  /** @throws Refusal as the contract of `import.signResumableUploadParts` names them */
  async execute(request: Request, context: RequestContext): Promise<Answer> {
    const { upload, isNews } = await this.#declare(request, context);
    const { multipart, there } = await this.#multipart(upload, isNews);
    const etags = new Map(there.map(({ part_number, etag }) => [part_number, etag]));
    const parts = request.parts.map((part) =>
      etags.get(part.part_number) === part.md5 ? storedPart(upload, part) : this.#sign(upload, multipart, part),
    );
    return { parts: await Promise.all(parts) };
  }

  #declare(
    request: Request,
    context: RequestContext,
  ): Promise<{ readonly upload: ResumableUpload; readonly isNews: boolean }> {
    return inTransaction(this.db, async (tx) => {
      const upload = await this.access.lock(tx, request, context);
      requireState(upload, 'open');
      requireParts(upload, request.parts);
      const known = await this.declared.declare(tx, upload.id, request.parts);
      await this.uploads.prolong(tx, upload.id, this.config.IMPORT_UPLOAD_EXPIRY_SECONDS);
      return { upload, isNews: known.size === 0 };
    });
  }

  /**
   * The store's upload with what it has; a new one where there is none, or where the store has lost it. It is not asked
   * about parts that nobody has spoken of before: then whoever sends one learns that it is lost, and asks again.
   */
  async #multipart(
    upload: ResumableUpload,
    isNews: boolean,
  ): Promise<{ readonly multipart: MultipartUpload; readonly there: readonly UploadedPart[] }> {
    const known = multipartOf(upload);
    if (known !== null && isNews) return { multipart: known, there: [] };
    const there = known === null ? null : await this.stored.uploaded(upload, known);
    if (known !== null && there !== null) return { multipart: known, there };
    const made = await this.stored.begin(upload);
    if ((await this.uploads.setMultipart(upload, made.upload_id)) !== null) return { multipart: made, there: [] };
    await this.stored.giveUp(upload, made);
    const current = await this.uploads.find(upload.id, upload.region);
    if (current === null) throw refusal('upload.not_found', 'There is no such upload any more.');
    requireState(current, 'open');
    return this.#multipart(current, false);
  }

  async #sign(
    upload: ResumableUpload,
    multipart: MultipartUpload,
    { part_number, md5 }: DeclaredPart,
  ): Promise<SignedPart> {
    const size = bytesOfPart(upload, part_number);
    const expires_in = this.config.IMPORT_UPLOAD_URL_SECONDS;
    const expires_at = new Date(Date.now() + expires_in * 1000).toISOString();
    const signed = await this.stored.link(upload, { multipart, part_number, bytes: size, md5, expires_in });
    return { part_number, size, stored: false, url: signed.url, headers: { ...signed.headers }, expires_at };
  }
}

function storedPart(upload: ResumableUpload, { part_number }: DeclaredPart): Promise<SignedPart> {
  const size = bytesOfPart(upload, part_number);
  return Promise.resolve({ part_number, size, stored: true, url: null, headers: {}, expires_at: null });
}

function requireParts(upload: ResumableUpload, parts: readonly DeclaredPart[]): void {
  const count = partCountOf(upload);
  const numbers = parts.map(({ part_number }) => part_number);
  const outside = numbers.filter((number) => number > count);
  if (outside.length === 0 && new Set(numbers).size === numbers.length) return;
  throw refusal('upload.part_invalid', `Parts are numbered 1 to ${count}, and each is named once in a request.`, {
    part_count: count,
    part_numbers: outside,
  });
}
