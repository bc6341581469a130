import { ImageStagedV1, ImageUploadedV1, ImageUploadFailedV1, type Refusal, type StoredObject } from '@imago/contracts';
import { type Cause, type NewEvent, Outbox } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { UploadSession } from './upload-session.ts';
import { UploadSessions } from './upload-sessions.repository.ts';

/** The ends of an upload, each once and each with its event, which catalog acts on. */
@Injectable()
export class EndUpload {
  constructor(
    private readonly sessions: UploadSessions,
    private readonly outbox: Outbox,
  ) {}

  /** The file is stored and inspected. The session is locked in `tx` and has not ended. */
  async finish(tx: EntityManager, session: UploadSession, object: StoredObject): Promise<string> {
    const eventId = await this.outbox.add(tx, about(session, ImageUploadedV1, { object }), causeOf(session));
    await this.sessions.end(tx, session.id, eventId, null);
    return eventId;
  }

  /** The file is whole, and waits for an import. */
  async stage(tx: EntityManager, session: UploadSession, size: string): Promise<string> {
    const eventId = await this.outbox.add(tx, about(session, ImageStagedV1, { size }), causeOf(session));
    await this.sessions.end(tx, session.id, eventId, null);
    return eventId;
  }

  /** There will be no file. The session is locked in `tx` and has not ended. */
  async fail(tx: EntityManager, session: UploadSession, reason: Refusal): Promise<string> {
    const error = reason.toDocument();
    const eventId = await this.outbox.add(tx, about(session, ImageUploadFailedV1, { error }), causeOf(session));
    await this.sessions.end(tx, session.id, eventId, error);
    return eventId;
  }
}

function about(
  session: UploadSession,
  event: typeof ImageStagedV1 | typeof ImageUploadedV1 | typeof ImageUploadFailedV1,
  more: object,
): NewEvent {
  return {
    event,
    subject: session.image_id,
    project_id: session.place?.owner ?? session.project_id,
    region: session.region,
    actor: session.actor,
    data: { upload_session_id: session.id, image_id: session.image_id, ...more },
  };
}

function causeOf(session: UploadSession): Cause {
  return { correlation_id: session.correlation_id, causation_id: session.request_id };
}
