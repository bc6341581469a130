import { setTimeout as delay } from 'node:timers/promises';
import {
  type FinishUpload as FinishUploadContract,
  Refusal,
  refusal,
  refusalFrom,
  type RequestOf,
  type StoredObject,
} from '@imago/contracts';
import { inTransaction, type RequestCall } from '@imago/messaging';
import { type ObjectFacts, ObjectNotFoundError, ObjectStoreError, Regions } from '@imago/object-store';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { IMPORT_CONFIG } from '../config-token.ts';
import type { ImportConfig } from '../config.ts';
import { EndUpload } from './end-upload.ts';
import { inspectUpload, storedSource } from './inspect-upload.ts';
import { placeOf, type UploadSession } from './upload-session.ts';
import { UploadSessions } from './upload-sessions.repository.ts';

type Request = RequestOf<typeof FinishUploadContract>;

/** Milliseconds between two looks at a session somebody else finishes. */
const LOOK_INTERVAL = 100;

/**
 * Makes the object of the parts and lets nobody use it before it is inspected. Whatever goes wrong ends the session, so
 * that the image never stays `saving`; only a crash leaves that to the sweep.
 */
@Injectable()
export class FinishUpload {
  readonly #logger = new Logger(FinishUpload.name);

  constructor(
    private readonly db: DataSource,
    private readonly sessions: UploadSessions,
    private readonly ending: EndUpload,
    private readonly regions: Regions,
    @Inject(IMPORT_CONFIG) private readonly config: ImportConfig,
  ) {}

  /** @throws Refusal as the contract of `import.finishUpload` names them; then the image is `queued` again, or gone. */
  async execute(request: Request, { context, deadline }: RequestCall): Promise<readonly string[]> {
    const { upload_session_id: id } = request;
    const lent = { id, project_id: context.project_id };
    for (;;) {
      const claimed = await this.sessions.claim(lent, this.config.IMPORT_UPLOAD_LEASE_SECONDS);
      if (claimed !== null) return [await this.#finish(claimed, request)];
      const found = await this.sessions.find(id);
      if (found?.project_id !== context.project_id) throw refusal('upload.gone', 'There is no such upload.');
      if (found.state === 'finished') return found.ending_event_id === null ? [] : [found.ending_event_id];
      if (found.error !== null) throw refusalFrom(found.error);
      // The same request was delivered twice. The other delivery ends it, or its lease does.
      if (Date.now() + LOOK_INTERVAL > deadline.getTime()) throw refusal('request.timeout', 'It is still finished.');
      await delay(LOOK_INTERVAL);
    }
  }

  async #finish(session: UploadSession, request: Request): Promise<string> {
    const leaseSeconds = this.config.IMPORT_UPLOAD_LEASE_SECONDS;
    const holding = setInterval(() => {
      this.sessions.hold(session, leaseSeconds).catch((error: unknown) => {
        this.#logger.warn({ err: error, upload_session_id: session.id }, 'an upload could not be held');
      });
    }, leaseSeconds * 300);
    try {
      if (session.stages) {
        await this.#object(session, request);
        return await this.#end(session, (tx, locked) => this.#stage(tx, locked, request.size));
      }
      const object = await this.#seal(session, request);
      return await this.#end(session, (tx, locked) => this.ending.finish(tx, locked, object));
    } catch (error) {
      const reason = this.#reasonOf(error, session);
      await this.#end(session, (tx, locked) => this.ending.fail(tx, locked, reason));
      throw reason;
    } finally {
      clearInterval(holding);
    }
  }

  /** The file is whole, and waits; not for ever. */
  async #stage(tx: EntityManager, session: UploadSession, size: string): Promise<string> {
    const eventId = await this.ending.stage(tx, session, size);
    await this.sessions.expireAfter(tx, session.id, this.config.IMPORT_STAGED_SECONDS);
    return eventId;
  }

  async #seal(session: UploadSession, request: Request): Promise<StoredObject> {
    const { object_id, key, disk_format } = placeOf(session);
    const { store } = this.regions.get(session.region);
    if (disk_format === null) throw new Error(`Upload ${session.id} is not staged and has no format`);
    const facts = await this.#object(session, request);
    const inspected = await inspectUpload(storedSource(store, key, facts), disk_format);
    return {
      object_id,
      key,
      disk_format,
      size: request.size,
      checksum: request.checksum,
      os_hash_algo: 'sha512',
      os_hash_value: request.os_hash_value,
      index_hash: null,
      ...inspected,
    };
  }

  /** The one object of a file that is not empty. */
  async #object(session: UploadSession, request: Request): Promise<ObjectFacts> {
    const { key } = placeOf(session);
    const { store } = this.regions.get(session.region);
    if (request.size === '0') throw refusal('image.empty', 'The file is empty.');
    const facts = await this.#complete(session, request);
    for (const lost of await store.listMultiparts(key)) await store.abortMultipart(lost);
    return facts;
  }

  /** The object of the parts; one that a lost attempt has made already is the same. */
  async #complete(session: UploadSession, { parts, size }: Request): Promise<ObjectFacts> {
    const { key, upload_id } = placeOf(session);
    const { store } = this.regions.get(session.region);
    const facts = await store.completeMultipart({ key, upload_id }, parts).catch((error: unknown) => {
      if (error instanceof ObjectNotFoundError) return store.head(key);
      throw error;
    });
    if (String(facts.size) === size) return facts;
    throw refusal('upload.incomplete', `The store has ${facts.size} of ${size} bytes.`);
  }

  /** Ends the session unless it has ended meanwhile: by the deletion of its image, or because this was taken for dead. */
  #end(
    session: UploadSession,
    end: (tx: Parameters<UploadSessions['lock']>[0], locked: UploadSession) => Promise<string>,
  ): Promise<string> {
    return inTransaction(this.db, async (tx) => {
      const locked = await this.sessions.lock(tx, session.id);
      if (locked === null) throw refusal('upload.gone', 'There is no such upload any more.');
      if (locked.error !== null) throw refusalFrom(locked.error);
      if (locked.state === 'finished' && locked.ending_event_id !== null) return locked.ending_event_id;
      if (locked.fencing_token !== session.fencing_token) throw refusal('upload.gone', 'Somebody else finishes it.');
      return end(tx, locked);
    });
  }

  #reasonOf(error: unknown, { id, image_id }: UploadSession): Refusal {
    if (error instanceof Refusal) return error;
    this.#logger.error({ err: error, upload_session_id: id, image_id }, 'an upload cannot be finished');
    return error instanceof ObjectStoreError
      ? refusal('upload.incomplete', 'The store did not make one object of the parts.')
      : refusal('internal', 'The upload could not be finished.');
  }
}
