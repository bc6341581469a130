import { Refusal, refusal } from '@imago/contracts';
import { inTransaction } from '@imago/messaging';
import { ObjectStoreUnavailableError, Regions } from '@imago/object-store';
import { PacedLoop } from '@imago/service';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { IMPORT_CONFIG } from '../config-token.ts';
import type { ImportConfig } from '../config.ts';
import { EndResumableUpload } from './end-resumable-upload.ts';
import { PartsInStore } from './parts-in-store.ts';
import type { ResumableUpload } from './resumable-upload.ts';
import { ResumableUploads } from './resumable-uploads.repository.ts';
import { sealUpload } from './seal-upload.ts';

/** Tries after which an upload has failed; with the pauses between them they take some minutes. */
const ATTEMPTS = 10;
/** Seconds of the longest pause. */
const LONGEST_PAUSE = 60;

/**
 * Makes one object of uploads whose parts are all sent, each under a lease: whoever is lost while doing it is replaced,
 * and comes too late with whatever it still does.
 */
@Injectable()
export class SealUploads implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(SealUploads.name);
  readonly #loop: PacedLoop;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(
    private readonly db: DataSource,
    private readonly uploads: ResumableUploads,
    private readonly stored: PartsInStore,
    private readonly ending: EndResumableUpload,
    private readonly regions: Regions,
    @Inject(IMPORT_CONFIG) private readonly config: ImportConfig,
  ) {
    this.#loop = new PacedLoop(SealUploads.name, config.IMPORT_UPLOAD_SWEEP_SECONDS, () => this.#claimAll());
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stop.abort(new Error('the service stops'));
    await this.#loop.stop();
    await Promise.all(this.#running);
  }

  /** There may be one that waits. */
  wake(): void {
    this.#loop.wake();
  }

  async #claimAll(): Promise<void> {
    while (this.#running.size < this.config.IMPORT_UPLOAD_SEALS && !this.#stop.signal.aborted) {
      const claimed = await this.uploads.claim(this.config.IMPORT_UPLOAD_LEASE_SECONDS);
      if (claimed === null) return;
      const running = this.#seal(claimed)
        .catch((error: unknown) => {
          this.#logger.error({ err: error, upload_id: claimed.id }, 'an upload cannot be settled; its lease runs out');
        })
        .finally(() => {
          this.#running.delete(running);
          this.#loop.wake();
        });
      this.#running.add(running);
    }
  }

  async #seal(upload: ResumableUpload): Promise<void> {
    const lost = new AbortController();
    let verified = 0;
    const holding = setInterval(() => {
      this.#hold(upload, verified).catch((error: unknown) => {
        lost.abort(error);
      });
    }, this.config.IMPORT_UPLOAD_LEASE_SECONDS * 300);
    try {
      await sealUpload(upload, {
        store: this.regions.get(upload.region).store,
        stored: this.stored,
        signal: AbortSignal.any([lost.signal, this.#stop.signal]),
        progress: (bytes) => {
          verified = bytes;
        },
      });
      const expiry = this.config.IMPORT_UPLOAD_EXPIRY_SECONDS;
      await inTransaction(this.db, (tx) => this.ending.complete(tx, upload, expiry));
    } catch (error) {
      await this.#failed(upload, error);
    } finally {
      clearInterval(holding);
    }
  }

  async #hold(upload: ResumableUpload, verified: number): Promise<void> {
    const held = await this.uploads.hold(upload, verified, this.config.IMPORT_UPLOAD_LEASE_SECONDS);
    if (held === null) throw new Error('another one makes the object of this upload, or it has ended');
  }

  /** What passes is tried again after a while; whoever stops, or lost its lease, leaves it to others. */
  async #failed(upload: ResumableUpload, error: unknown): Promise<void> {
    const { id, attempt, fencing_token, region } = upload;
    const isOver = error instanceof Refusal && error.kind !== 'unavailable';
    if (!isOver && (this.#stop.signal.aborted || attempt < ATTEMPTS)) {
      const pause = this.#stop.signal.aborted ? 0 : Math.min(LONGEST_PAUSE, 2 ** attempt);
      this.#logger.warn({ err: error, upload_id: id, attempt }, 'no object is made of an upload yet');
      await this.uploads.hold(upload, 0, pause);
      return;
    }
    const reason = isOver ? error : reasonOf(error);
    if (!isOver) this.#logger.error({ err: error, upload_id: id, attempt }, 'no object can be made of an upload');
    await inTransaction(this.db, async (tx) => {
      const locked = await this.uploads.lock(tx, id, region);
      if (locked?.state !== 'completing' || locked.fencing_token !== fencing_token) return;
      await this.ending.fail(tx, locked, reason);
    });
  }
}

function reasonOf(error: unknown): Refusal {
  return error instanceof ObjectStoreUnavailableError
    ? refusal('upload.incomplete', 'The store of this region did not answer for too long.')
    : refusal('upload.incomplete', 'The store did not make one object of the parts.');
}
