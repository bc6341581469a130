import { type Refusal, refusal } from '@imago/contracts';
import { inTransaction } from '@imago/messaging';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { IMPORT_CONFIG } from '../config-token.ts';
import type { ImportConfig } from '../config.ts';
import { EndUpload } from './end-upload.ts';
import type { UploadSession } from './upload-session.ts';
import { UploadSessions } from './upload-sessions.repository.ts';

/** Sessions ended in one transaction. */
const BATCH = 20;

/**
 * Takes back sessions whose gateway, or whose finisher, is gone, and staged files that nobody imports: their images wait for
 * another upload.
 */
@Injectable()
export class SweepUploads implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(SweepUploads.name);
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(
    private readonly db: DataSource,
    private readonly sessions: UploadSessions,
    private readonly ending: EndUpload,
    @Inject(IMPORT_CONFIG) private readonly config: ImportConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.#sweeping = this.#sweeping
        .then(() => this.sweep())
        .catch((error: unknown) => {
          this.#logger.error({ err: error }, 'lost uploads cannot be swept');
        });
    }, this.config.IMPORT_UPLOAD_SWEEP_SECONDS * 1000);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  async sweep(): Promise<void> {
    const cut = refusal('upload.cut', 'The upload stopped before the file was whole.');
    await this.#fail(cut, (tx) => this.sessions.lockLost(tx, BATCH));
    const expired = refusal('upload.expired', 'The staged file was not imported in time.');
    await this.#fail(expired, (tx) => this.sessions.lockExpired(tx, BATCH));
    await this.sessions.prune();
  }

  async #fail(reason: Refusal, lock: (tx: EntityManager) => Promise<readonly UploadSession[]>): Promise<void> {
    let ended = 0;
    do {
      ended = await inTransaction(this.db, async (tx) => {
        const sessions = await lock(tx);
        for (const session of sessions) {
          await this.ending.fail(tx, session, reason);
          const { id, image_id, correlation_id } = session;
          const about = { upload_session_id: id, image_id, correlation_id, code: reason.code };
          this.#logger.warn(about, 'an upload is taken back');
        }
        return sessions.length;
      });
    } while (ended === BATCH);
  }
}
