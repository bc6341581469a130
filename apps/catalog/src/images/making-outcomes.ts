import type { ImageOrigin, ImageSource, RefusalDocument } from '@imago/contracts';
import type { Cause } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { StorageCharges } from '../charges/storage-charges.ts';
import { ObjectsRepository, type WrittenObject } from '../objects/objects.repository.ts';
import { ImageNews } from './image-news.ts';
import { ImageTransitions } from './image-transitions.ts';
import type { ImageRow } from './image.row.ts';
import { ImagesRepository } from './images.repository.ts';

/** Details of an error beyond this are dropped. */
const ERROR_BYTES = 4 * 1024;

/** Which making of which image has ended. */
export interface Making {
  readonly image_id: string;
  readonly job_id: string;
  readonly cause: Cause;
}

/** What a job has made, and of what. */
export interface Made {
  readonly object: WrittenObject;
  /** Nothing of a copy: that is known from its beginning. */
  readonly from: { readonly source?: ImageSource; readonly origin?: ImageOrigin };
}

/**
 * What the end of a job means for the image it makes. The image's state decides, never the order in which the ends
 * arrive; an end that changes nothing still says that a writer has ended.
 */
@Injectable()
export class MakingOutcomes {
  constructor(
    private readonly images: ImagesRepository,
    private readonly objects: ObjectsRepository,
    private readonly transitions: ImageTransitions,
    private readonly charges: StorageCharges,
    private readonly news: ImageNews,
  ) {}

  /** The bytes are there: the image is active, or it is gone and they are abandoned; then the answer is null. */
  async stored(tx: EntityManager, making: Making, { object, from }: Made): Promise<ImageRow | null> {
    const image = await this.#lock(tx, making);
    const step =
      image.job_id === making.job_id
        ? await this.transitions.apply(tx, image, {
            trigger: 'bytes_stored',
            changes: { ...describeObject(object), ...from, container_format: image.container_format ?? 'bare' },
            cause: making.cause,
          })
        : null;
    if (step === null) {
      await this.objects.writerEnded(tx, making.image_id, making.job_id);
      return null;
    }
    await this.objects.seal(tx, making.image_id, making.job_id, object);
    await this.charges.settle(tx, [making.image_id], { reason: 'stored', cause: making.cause });
    if (step.image.verify_boot) await this.news.bootProofWanted(tx, step.image, making.cause);
    return step.image;
  }

  /** There will be no bytes: an image in the making is killed with the reason its owner can read. */
  async failed(tx: EntityManager, making: Making, error: RefusalDocument): Promise<void> {
    const image = await this.#lock(tx, making);
    if (image.job_id === making.job_id) {
      await this.transitions.apply(tx, image, {
        trigger: 'making_failed',
        changes: { error: bounded(error) },
        cause: making.cause,
      });
    }
    await this.objects.writerEnded(tx, making.image_id, making.job_id);
  }

  /** An image is registered before its job exists, so one that is missing is a fault worth an operator's look. */
  async #lock(tx: EntityManager, { image_id, job_id }: Making): Promise<ImageRow> {
    const image = await this.images.lock(tx, image_id);
    if (image === null) throw new Error(`job ${job_id} made image ${image_id}, which was never registered`);
    return image;
  }
}

/** The reason travels twice in an event, which may have 64 KiB; its code and its sentence are what matters. */
function bounded(error: RefusalDocument): RefusalDocument {
  const { code, kind, message, remedy } = error;
  return Buffer.byteLength(JSON.stringify(error)) <= ERROR_BYTES ? error : { code, kind, message, remedy };
}

/** What an image says of the object it keeps. */
export function describeObject(object: WrittenObject): Partial<ImageRow> {
  return {
    disk_format: object.disk_format,
    size: object.size,
    virtual_size: object.virtual_size,
    checksum: object.checksum,
    os_hash_algo: object.os_hash_algo,
    os_hash_value: object.os_hash_value,
    index_hash: object.index_hash,
  };
}
