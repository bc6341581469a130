import type { StoredObject } from '@imago/contracts';
import type { Cause } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { StorageCharges } from '../charges/storage-charges.ts';
import { newObject, ObjectsRepository } from '../objects/objects.repository.ts';
import { ImageNews } from './image-news.ts';
import { ImageTransitions } from './image-transitions.ts';
import type { ImageRow } from './image.row.ts';
import { ImagesRepository } from './images.repository.ts';
import { describeObject } from './making-outcomes.ts';

/** Which upload to which image has ended. */
export interface EndedUpload {
  readonly image_id: string;
  readonly upload_session_id: string;
  readonly cause: Cause;
}

/**
 * What the end of an upload means for its image. Only the session that was named the object may end the saving of it;
 * one whose object is not being written any more changes nothing, in whatever order the ends arrive.
 */
@Injectable()
export class UploadOutcomes {
  constructor(
    private readonly images: ImagesRepository,
    private readonly objects: ObjectsRepository,
    private readonly transitions: ImageTransitions,
    private readonly charges: StorageCharges,
    private readonly news: ImageNews,
  ) {}

  /** The file is there: the image is active, or it is gone and the file is abandoned. */
  async stored(tx: EntityManager, upload: EndedUpload, object: StoredObject): Promise<void> {
    const { image_id, upload_session_id, cause } = upload;
    const image = await this.#writtenBy(tx, upload);
    const changes = describeObject(object);
    const step =
      image === null ? null : await this.transitions.apply(tx, image, { trigger: 'bytes_stored', changes, cause });
    if (step === null) await this.objects.writerEnded(tx, [image_id], upload_session_id);
    else {
      await this.objects.seal(tx, image_id, upload_session_id, object);
      await this.charges.settle(tx, [image_id], { reason: 'stored', cause });
    }
  }

  /** All of a staged file is there; it is judged when it is imported. */
  async staged(tx: EntityManager, upload: EndedUpload, size: string): Promise<void> {
    const { image_id, upload_session_id, cause } = upload;
    const image = await this.#writtenBy(tx, upload);
    if (image?.status !== 'uploading') return this.objects.writerEnded(tx, [image_id], upload_session_id);
    if (image.size === size) return;
    await this.objects.noteStaged(tx, image_id, upload_session_id, size);
    const staged = await this.images.update(tx, image, { size });
    await this.news.updated(tx, staged, ['size'], cause);
  }

  /** There will be no file: the image waits for another upload, and what was stored is swept. */
  async failed(tx: EntityManager, upload: EndedUpload): Promise<void> {
    const { image_id, upload_session_id, cause } = upload;
    const image = await this.images.lock(tx, image_id);
    if (image === null) return;
    const object = await this.objects.findOfJob(tx, image_id, upload_session_id);
    // A staged file that an import has taken is the import's: it did not expire.
    if (object?.staged === true && object.state === 'writing' && image.status === 'importing') return;
    const changes = object?.staged === true ? { size: null } : {};
    if (object?.state === 'writing')
      await this.transitions.apply(tx, image, { trigger: 'upload_failed', changes, cause });
    // The request to begin it may still be on its way, and nobody would ever end what it began.
    if (object === null) await this.objects.insertEnded(tx, newObject(image, upload_session_id));
    await this.objects.writerEnded(tx, [image_id], upload_session_id);
  }

  /** The image, locked, when this session writes it; a session may also end that was never told whether it begins. */
  async #writtenBy(tx: EntityManager, { image_id, upload_session_id }: EndedUpload): Promise<ImageRow | null> {
    const image = await this.images.lock(tx, image_id);
    const object = await this.objects.findOfJob(tx, image_id, upload_session_id);
    return object?.state === 'writing' ? image : null;
  }
}
