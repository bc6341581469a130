import { type AbandonUpload as AbandonUploadContract, refusal, refusalFrom, type RequestOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { inTransaction } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { EndUpload } from './end-upload.ts';
import { UploadSessions } from './upload-sessions.repository.ts';

/** Ends uploads nothing will come of: the gateway says so, or the image is deleted. */
@Injectable()
export class AbandonUpload {
  constructor(
    private readonly db: DataSource,
    private readonly sessions: UploadSessions,
    private readonly ending: EndUpload,
  ) {}

  /** The event that tells of the end, whoever ended it; none for a session that is not there or being finished. */
  execute(request: RequestOf<typeof AbandonUploadContract>, context: RequestContext): Promise<readonly string[]> {
    return inTransaction(this.db, async (tx) => {
      const session = await this.sessions.lock(tx, request.upload_session_id);
      if (session?.project_id !== context.project_id || session.state === 'finishing') return [];
      if (session.ending_event_id !== null) return [session.ending_event_id];
      return [await this.ending.fail(tx, session, refusalFrom(request.error))];
    });
  }

  /** An image that is gone takes no file; whoever still sends one learns it at the next word about the session. */
  async imageDeleted(tx: EntityManager, imageId: string): Promise<void> {
    await this.sessions.expireNever(tx, imageId);
    for (const session of await this.sessions.lockAliveOfImage(tx, imageId)) {
      await this.ending.fail(tx, session, refusal('upload.gone', 'The image was deleted while its file was uploaded.'));
    }
  }
}
