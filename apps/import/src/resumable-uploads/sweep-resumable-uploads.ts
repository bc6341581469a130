import { refusal } from '@imago/contracts';
import { inTransaction } from '@imago/messaging';
import { Regions, uploadObjectKey } from '@imago/object-store';
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
import { eraseUpload } from './erase-upload.ts';
import type { ResumableUpload } from './resumable-upload.ts';
import { ResumableUploads } from './resumable-uploads.repository.ts';

/** Uploads worked on at once. */
const BATCH = 20;
/** Days an ended upload is shown. */
const KEPT_DAYS = 7;

/** Abandons uploads nothing was done with for too long, and erases what ended ones have in the store. */
@Injectable()
export class SweepResumableUploads implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(SweepResumableUploads.name);
  readonly #loop: PacedLoop;

  constructor(
    private readonly db: DataSource,
    private readonly uploads: ResumableUploads,
    private readonly ending: EndResumableUpload,
    private readonly regions: Regions,
    @Inject(IMPORT_CONFIG) private readonly config: ImportConfig,
  ) {
    this.#loop = new PacedLoop(SweepResumableUploads.name, config.IMPORT_UPLOAD_SWEEP_SECONDS, () => this.sweep());
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.#loop.stop();
  }

  /** Ends, erases and forgets what there is by now. */
  async sweep(): Promise<void> {
    while ((await this.#expire()) === BATCH);
    await this.#erase();
    await this.uploads.prune(KEPT_DAYS);
  }

  #expire(): Promise<number> {
    return inTransaction(this.db, async (tx) => {
      const expired = await this.uploads.lockExpired(tx, BATCH);
      // Asked only now that they are locked: an import that begins waits for us, or is seen here.
      const needed = await this.uploads.beingImported(
        tx,
        expired.map(({ id }) => id),
      );
      for (const upload of expired) {
        if (needed.has(upload.id)) await this.uploads.prolong(tx, upload.id, this.config.IMPORT_UPLOAD_EXPIRY_SECONDS);
        else await this.ending.abandon(tx, upload, upload, refusal('upload.expired', reasonOf(upload)));
      }
      return expired.length;
    });
  }

  async #erase(): Promise<void> {
    for (const { id, region, correlation_id } of await this.uploads.unerased(BATCH)) {
      try {
        await eraseUpload(this.regions.get(region).store, uploadObjectKey(id));
        await this.uploads.erased(id);
      } catch (error) {
        this.#logger.error(
          { err: error, upload_id: id, correlation_id },
          'an upload cannot be erased; it is tried again',
        );
      }
    }
  }
}

function reasonOf({ state }: ResumableUpload): string {
  return state === 'open' ? 'Nothing was sent for too long.' : 'No image was made of the file for too long.';
}
