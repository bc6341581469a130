import {
  BeginUpload,
  type OpenUpload as OpenUploadContract,
  refusal,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { isCertain } from '@imago/jobs';
import { inTransaction, type RequestCall, RequestClient } from '@imago/messaging';
import { Regions } from '@imago/object-store';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { IMPORT_CONFIG } from '../config-token.ts';
import type { ImportConfig } from '../config.ts';
import { EndUpload } from './end-upload.ts';
import { firstPartSize } from './part-sizes.ts';
import { placeOf, type UploadSession } from './upload-session.ts';
import { UploadSessions } from './upload-sessions.repository.ts';

type Request = RequestOf<typeof OpenUploadContract>;
type Opened = ResponseOf<typeof OpenUploadContract>;

/**
 * Lends the gateway a place for a file. The session is recorded before catalog is asked, with a lease, so that whatever
 * is cut off in between is taken back.
 */
@Injectable()
export class OpenUpload {
  readonly #logger = new Logger(OpenUpload.name);

  constructor(
    private readonly db: DataSource,
    private readonly sessions: UploadSessions,
    private readonly ending: EndUpload,
    private readonly regions: Regions,
    private readonly requests: RequestClient,
    @Inject(IMPORT_CONFIG) private readonly config: ImportConfig,
  ) {}

  /** @throws Refusal as the contract of `import.openUpload` names them; then the image is as it was. */
  async execute(request: Request, { context, deadline }: RequestCall): Promise<Opened> {
    this.#requireSize(request.size);
    this.regions.get(request.region);
    const { session } = await this.sessions.insert(newUpload(request, context), this.config.IMPORT_ADMISSION_SECONDS);
    if (session.state === 'open') return this.#describe(session);
    if (session.state !== 'opening') throw gone(session);
    const begun = await this.#begin(session, context, deadline);
    const upload_id = await this.#createUpload(session, begun.key);
    const place = { ...begun, upload_id };
    const opened = await this.sessions.open(session.id, place, this.config.IMPORT_UPLOAD_LEASE_SECONDS);
    if (opened !== null) return this.#describe(opened);
    // The same request delivered twice, or an image deleted meanwhile: this upload is nobody's.
    await this.regions.get(session.region).store.abortMultipart({ key: begun.key, upload_id });
    const current = await this.sessions.find(session.id);
    if (current?.state !== 'open') throw gone(session);
    return this.#describe(current);
  }

  #requireSize(size: string | null): void {
    const limit = this.config.IMPORT_UPLOAD_MAXIMUM_BYTES;
    if (size === null || BigInt(size) <= BigInt(limit)) return;
    throw refusal('upload.too_large', `A file of ${size} bytes is over the limit of ${limit}.`, {
      size,
      maximum_size: String(limit),
    });
  }

  async #begin(
    session: UploadSession,
    context: RequestContext,
    deadline: Date,
  ): Promise<ResponseOf<typeof BeginUpload>> {
    const { id, image_id, region, stages, size } = session;
    const request = { image_id, region, upload_session_id: id, stages, size };
    try {
      const timeout_ms = Math.max(1, deadline.getTime() - Date.now());
      return await this.requests.send(BeginUpload, request, { context, timeout_ms });
    } catch (error) {
      // A refusal is certain. After anything else nobody knows whether the image is being saved: the sweep ends that.
      if (isCertain(error)) await this.sessions.forget(id);
      throw error;
    }
  }

  async #createUpload(session: UploadSession, key: string): Promise<string> {
    try {
      return (await this.regions.get(session.region).store.createMultipart(key)).upload_id;
    } catch (error) {
      const reason = refusal('service.unavailable', 'The store of this region does not answer.');
      await inTransaction(this.db, async (tx) => {
        const locked = await this.sessions.lock(tx, session.id);
        if (locked?.state === 'opening') await this.ending.fail(tx, locked, reason);
      });
      this.#logger.error({ err: error, upload_session_id: session.id, key }, 'no upload can be begun');
      throw reason;
    }
  }

  #describe(session: UploadSession): Opened {
    const { key, upload_id } = placeOf(session);
    const { room } = session;
    const limit = Math.min(this.config.IMPORT_UPLOAD_MAXIMUM_BYTES, room === null ? Infinity : Number(room));
    return {
      upload_session_id: session.id,
      key,
      upload_id,
      part_size: firstPartSize(session.size === null ? limit : Number(session.size)),
      maximum_size: String(limit),
      lease_seconds: this.config.IMPORT_UPLOAD_LEASE_SECONDS,
    };
  }
}

function newUpload(request: Request, context: RequestContext): Parameters<UploadSessions['insert']>[0] {
  return {
    ...request,
    id: uuidv7(),
    project_id: context.project_id,
    actor: context.user_id,
    request_id: context.request_id,
    correlation_id: context.correlation_id,
  };
}

function gone({ image_id }: UploadSession): Error {
  return refusal('upload.gone', `The upload to image ${image_id} has ended.`);
}
