import { refusal } from '@imago/contracts';
import { inTransaction } from '@imago/messaging';
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
import { EndUpload } from './end-upload.ts';
import { UploadSessions } from './upload-sessions.repository.ts';

/** Sessions ended in one transaction. */
const BATCH = 20;

/** Takes back sessions whose gateway, or whose finisher, is gone: their images wait for another upload. */
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
    const reason = refusal('upload.cut', 'The upload stopped before the file was whole.');
    let swept = 0;
    do {
      swept = await inTransaction(this.db, async (tx) => {
        const lost = await this.sessions.lockLost(tx, BATCH);
        for (const session of lost) {
          await this.ending.fail(tx, session, reason);
          const { id, image_id, correlation_id } = session;
          this.#logger.warn({ upload_session_id: id, image_id, correlation_id }, 'a lost upload is taken back');
        }
        return lost.length;
      });
    } while (swept === BATCH);
    await this.sessions.prune();
  }
}
