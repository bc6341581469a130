import type { ImageOrigin, ImageSource, RefusalDocument } from '@imago/contracts';
import type { Cause } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { StorageCharges } from '../charges/storage-charges.ts';
import { ImportEnds } from '../image-imports/import-ends.ts';
import { ended } from '../image-imports/import-properties.ts';
import { ObjectsRepository, type WrittenObject } from '../objects/objects.repository.ts';
import { transition } from './image-lifecycle.ts';
import { ImageNews } from './image-news.ts';
import { ImageTransitions } from './image-transitions.ts';
import type { ImageRow } from './image.row.ts';
import { ImagesRepository } from './images.repository.ts';
import { togetherWith } from './machine-disks.ts';

/** Details of an error beyond this are dropped. */
const ERROR_BYTES = 4 * 1024;

/** Which making of which image has ended. */
export interface Making {
  readonly image_id: string;
  readonly job_id: string;
  readonly cause: Cause;
}

/** A data disk a job has made. Of a copy it is known from its beginning where it comes from. */
export interface MadeDisk {
  readonly image_id: string;
  readonly object: WrittenObject;
  readonly origin?: ImageOrigin;
}

/** What a job has made, and of what. */
export interface Made {
  readonly object: WrittenObject;
  /** Nothing of a copy: that is known from its beginning. */
  readonly from: { readonly source?: ImageSource; readonly origin?: ImageOrigin };
  /** Of a full machine. */
  readonly data_disks?: readonly MadeDisk[];
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
    private readonly imports: ImportEnds,
  ) {}

  /**
   * The bytes are there: the image is active, of a machine with all its disks, or it is gone and they are abandoned; then
   * the answer is null.
   */
  async stored(tx: EntityManager, making: Making, made: Made): Promise<ImageRow | null> {
    const { cause, job_id } = making;
    const image = await this.#lock(tx, making);
    const disks = made.data_disks ?? [];
    if (image.job_id !== job_id || transition(image.status, 'bytes_stored') === null) {
      await this.#writersEnded(tx, image, job_id);
      return null;
    }
    const data_disks = await this.#describeDisks(tx, image, disks);
    const step = await this.transitions.apply(tx, image, {
      trigger: 'bytes_stored',
      changes: {
        ...{ ...describeObject(made.object), ...made.from, data_disks },
        container_format: image.container_format ?? 'bare',
        ...(image.import_method !== null && { import_method: null, properties: ended(image, 'stored') }),
      },
      cause,
    });
    await this.objects.seal(tx, image.id, job_id, made.object);
    for (const { image_id, object } of disks) await this.objects.seal(tx, image_id, job_id, object);
    if (image.import_method === 'glance-direct') await this.imports.dropStaged(tx, image.id);
    await this.charges.settle(tx, togetherWith(image), { reason: 'stored', cause });
    if (step?.image.verify_boot === true) await this.news.bootProofWanted(tx, step.image, cause);
    return step?.image ?? null;
  }

  /**
   * Says of each data disk what was stored, before the machine says that it is active. @returns the list of the machine
   * @throws Error when they are others than were registered
   */
  async #describeDisks(
    tx: EntityManager,
    machine: ImageRow,
    stored: readonly MadeDisk[],
  ): Promise<ImageRow['data_disks']> {
    const made = new Map(stored.map((disk) => [disk.image_id, disk]));
    if (made.size !== machine.data_disks.length) throw new Error(`image ${machine.id} was made with other disks`);
    const described: ImageRow['data_disks'] = [];
    for (const disk of machine.data_disks) {
      const [row, part] = [await this.images.find(tx, disk.image_id), made.get(disk.image_id)];
      if (row === null || part === undefined) throw new Error(`image ${machine.id} was made with other disks`);
      await this.images.update(tx, row, {
        ...describeObject(part.object),
        ...(part.origin !== undefined && { origin: part.origin }),
      });
      described.push({ ...disk, size: part.object.size, checksum: part.object.checksum });
    }
    return described;
  }

  async #writersEnded(tx: EntityManager, image: ImageRow, jobId: string): Promise<void> {
    await this.objects.writerEnded(tx, togetherWith(image), jobId);
  }

  /** There will be no bytes: an image in the making is killed with the reason its owner can read. */
  async failed(tx: EntityManager, making: Making, error: RefusalDocument): Promise<void> {
    const image = await this.#lock(tx, making);
    if (image.job_id === making.job_id && image.import_method !== null) {
      await this.imports.failed(tx, image, making.cause);
    } else if (image.job_id === making.job_id) {
      await this.transitions.apply(tx, image, {
        trigger: 'making_failed',
        changes: { error: bounded(error) },
        cause: making.cause,
      });
    }
    await this.#writersEnded(tx, image, making.job_id);
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
