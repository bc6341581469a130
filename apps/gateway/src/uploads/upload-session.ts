import {
  AbandonUpload,
  ConfirmCatalogApplied,
  DomainError,
  FinishUpload,
  OpenUpload,
  type Refusal,
  refusal,
  RenewUpload,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import type { RequestClient } from '@imago/messaging';
import { Logger } from '@nestjs/common';
import type { StoredParts } from './received-file.ts';

/** Milliseconds a large object may take to be made and inspected. */
const FINISHING = 300_000;
/** Milliseconds a finished upload is waited for until the caller's next read shows it, and for the way there and back. */
const PATIENCE = { wait_ms: 2_000, timeout_ms: 2_500 } as const;

/** An upload that import has lent to this process, kept while it is used. */
export class UploadSession {
  readonly #logger = new Logger(UploadSession.name);
  readonly #requests: RequestClient;
  readonly #context: RequestContext;
  readonly #ended = new AbortController();
  readonly #renewing: NodeJS.Timeout;
  readonly place: ResponseOf<typeof OpenUpload>;

  private constructor(requests: RequestClient, context: RequestContext, place: ResponseOf<typeof OpenUpload>) {
    this.#requests = requests;
    this.#context = context;
    this.place = place;
    this.#renewing = setInterval(() => void this.#renew(), (place.lease_seconds * 1000) / 3);
  }

  /** @throws Refusal as the contract of `import.openUpload` names them. */
  static async open(
    requests: RequestClient,
    context: RequestContext,
    wanted: RequestOf<typeof OpenUpload>,
  ): Promise<UploadSession> {
    return new UploadSession(requests, context, await requests.send(OpenUpload, wanted, { context }));
  }

  /** Aborts, with the refusal as its reason, when the session has ended or the image was deleted. */
  get gone(): AbortSignal {
    return this.#ended.signal;
  }

  /**
   * Resolves when the image is active, and its owner's next read shows it.
   * @throws Refusal as the contract of `import.finishUpload` names them.
   */
  async finish({ parts, size, md5, sha512 }: StoredParts): Promise<void> {
    clearInterval(this.#renewing);
    const { event_ids } = await this.#requests.send(
      FinishUpload,
      {
        upload_session_id: this.place.upload_session_id,
        parts: [...parts],
        size: String(size),
        checksum: md5,
        os_hash_value: sha512,
      },
      { context: this.#context, timeout_ms: FINISHING },
    );
    await this.#shown(event_ids);
  }

  /** Gives the session back. Never rejects: when nobody hears it, the lease ends it. */
  async abandon(reason: Refusal): Promise<void> {
    clearInterval(this.#renewing);
    const { upload_session_id } = this.place;
    const request = { upload_session_id, error: reason.toDocument() };
    try {
      const { event_ids } = await this.#requests.send(AbandonUpload, request, { context: this.#context });
      await this.#shown(event_ids);
    } catch (error) {
      this.#logger.warn({ err: error, upload_session_id }, 'an upload could not be given back');
    }
  }

  async #renew(): Promise<void> {
    const { upload_session_id } = this.place;
    try {
      await this.#requests.send(RenewUpload, { upload_session_id }, { context: this.#context });
    } catch (error) {
      if (error instanceof DomainError && error.code === 'upload.gone') {
        this.#ended.abort(refusal('upload.gone', 'The image was deleted while its file was uploaded.'));
      } else this.#logger.warn({ err: error, upload_session_id }, 'an upload could not be renewed');
    }
  }

  /** Never rejects for catalog being slow: it has happened, only the picture of it is late. */
  async #shown(eventIds: readonly string[]): Promise<void> {
    if (eventIds.length === 0) return;
    const { wait_ms, timeout_ms } = PATIENCE;
    const options = { context: this.#context, timeout_ms };
    try {
      await this.#requests.send(ConfirmCatalogApplied, { event_ids: [...eventIds], wait_ms }, options);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
  }
}
