import { randomUUID } from 'node:crypto';
import {
  AbandonUpload,
  ConfirmCatalogApplied,
  FinishUpload,
  OpenUpload,
  refusal,
  RenewUpload,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { OnRequest } from '@imago/messaging';
import type { ObjectStore } from '@imago/object-store';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';

type Finished = RequestOf<typeof FinishUpload>;
type Abandoned = RequestOf<typeof AbandonUpload>;

/** Where uploads go in a test, and what became of them. */
export class UploadBook {
  /** Set once there is a store. */
  store: ObjectStore | undefined;
  readonly opened: (RequestOf<typeof OpenUpload> & ResponseOf<typeof OpenUpload>)[] = [];
  readonly finished: Finished[] = [];
  readonly abandoned: Abandoned[] = [];
  /** Events somebody waited for. */
  readonly confirmed: string[] = [];
  readonly gone = new Set<string>();
  maximum = 2 ** 40;
  leaseSeconds = 30;
  refuseOpening: Error | null = null;
  refuseFinishing: Error | null = null;
}

/* eslint-disable @typescript-eslint/require-await -- handlers answer promises */

/** Import, as far as an upload sees it. */
@Controller()
export class UploadNeighbour {
  constructor(private readonly book: UploadBook) {}

  @OnRequest(OpenUpload)
  async open(@Payload() request: RequestOf<typeof OpenUpload>): Promise<ResponseOf<typeof OpenUpload>> {
    if (this.book.refuseOpening !== null) throw this.book.refuseOpening;
    const upload = await this.#store.createMultipart(`images/${request.image_id}/${randomUUID()}`);
    const { leaseSeconds: lease_seconds, maximum } = this.book;
    const sizes = { part_size: 5 * 2 ** 20, maximum_size: String(maximum) };
    const place = { ...upload, ...sizes, lease_seconds, upload_session_id: randomUUID() };
    this.book.opened.push({ ...request, ...place });
    return place;
  }

  @OnRequest(RenewUpload)
  async renew(@Payload() { upload_session_id }: RequestOf<typeof RenewUpload>): Promise<{ lease_seconds: number }> {
    if (this.book.gone.has(upload_session_id)) throw refusal('upload.gone', 'It is gone.');
    return { lease_seconds: this.book.leaseSeconds };
  }

  @OnRequest(FinishUpload)
  async finish(@Payload() request: Finished): Promise<{ event_ids: string[] }> {
    if (this.book.refuseFinishing !== null) throw this.book.refuseFinishing;
    const opened = this.book.opened.find((each) => each.upload_session_id === request.upload_session_id);
    if (opened === undefined) throw refusal('upload.gone', 'There is no such upload.');
    await this.#store.completeMultipart(opened, request.parts);
    this.book.finished.push(request);
    return { event_ids: [request.upload_session_id] };
  }

  @OnRequest(AbandonUpload)
  async abandon(@Payload() request: Abandoned): Promise<{ event_ids: string[] }> {
    this.book.abandoned.push(request);
    return { event_ids: [request.upload_session_id] };
  }

  get #store(): ObjectStore {
    if (this.book.store === undefined) throw new Error('there is no store yet');
    return this.book.store;
  }
}

/** Catalog, as far as an upload sees it. */
@Controller()
export class UploadCatalogNeighbour {
  constructor(private readonly book: UploadBook) {}

  @OnRequest(ConfirmCatalogApplied)
  async confirm(@Payload() request: RequestOf<typeof ConfirmCatalogApplied>): Promise<{ applied: boolean }> {
    this.book.confirmed.push(...request.event_ids);
    return { applied: true };
  }
}
