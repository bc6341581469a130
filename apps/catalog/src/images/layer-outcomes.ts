import type { StoredObject } from '@imago/contracts';
import type { Cause } from '@imago/messaging';
import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { StorageCharges } from '../charges/storage-charges.ts';
import { ObjectLines } from '../objects/object-lines.ts';
import { type FileHashes, newObject, ObjectsRepository } from '../objects/objects.repository.ts';
import { ImageNews } from './image-news.ts';
import type { ImageRow } from './image.row.ts';
import { ImagesRepository } from './images.repository.ts';
import type { Making } from './making-outcomes.ts';

/** What was found out about which object of which image. */
export interface Digest {
  readonly image_id: string;
  readonly object_id: string;
  readonly hashes: FileHashes;
  readonly cause: Cause;
}

/**
 * What is found out about a layered image, and what takes its place, after it is active. None of it changes what the
 * image reads as; what would, is given up.
 */
@Injectable()
export class LayerOutcomes {
  readonly #logger = new Logger(LayerOutcomes.name);

  constructor(
    private readonly images: ImagesRepository,
    private readonly objects: ObjectsRepository,
    private readonly lines: ObjectLines,
    private readonly news: ImageNews,
    private readonly charges: StorageCharges,
  ) {}

  /** The hashes of an image are known, unless it is read from another object by now, which says its own. */
  async digested(tx: EntityManager, { image_id, object_id, hashes, cause }: Digest): Promise<void> {
    const image = await this.images.lock(tx, image_id);
    if (image === null || !hasBytes(image)) return;
    const [object] = await this.lines.ofImage(tx, image.id);
    if (object?.id !== object_id) return;
    if (image.checksum !== null) {
      this.#refuseOther(image, hashes);
      return;
    }
    await this.objects.describe(tx, object_id, hashes);
    await this.#tellHashes(tx, image, { hashes, cause });
  }

  /** A layered image is stored whole, and read from there from now on; the layer goes when nothing else needs it. */
  async flattened(tx: EntityManager, { image_id, job_id, cause }: Making, whole: StoredObject): Promise<void> {
    const image = await this.images.lock(tx, image_id);
    if (image === null) throw new Error(`job ${job_id} flattened image ${image_id}, which was never registered`);
    const written = await this.objects.findOfJob(tx, image_id, job_id);
    const isLayered = (await this.lines.ofImage(tx, image.id)).length > 1;
    const isWanted = written?.state === 'writing' && isLayered && hasBytes(image);
    if (!isWanted || !this.#isSame(image, whole)) {
      await this.objects.writerEnded(tx, [image_id], job_id);
      return;
    }
    const concerned = await this.charges.concerned(tx, [image_id]);
    await this.objects.replace(tx, image_id, job_id, whole);
    if (image.checksum === null) await this.#tellHashes(tx, image, { hashes: whole, cause });
    await this.charges.settle(tx, concerned, { reason: 'flattened', cause });
  }

  /** It stays layered. The request to begin may still be on its way, and nobody would ever end what it began. */
  async flattenEnded(tx: EntityManager, { image_id, job_id }: Omit<Making, 'cause'>): Promise<void> {
    const image = await this.images.lock(tx, image_id);
    if (image === null) return;
    const object = await this.objects.findOfJob(tx, image_id, job_id);
    if (object === null) await this.objects.insertEnded(tx, newObject(image, job_id));
    await this.objects.writerEnded(tx, [image_id], job_id);
  }

  async #tellHashes(
    tx: EntityManager,
    image: ImageRow,
    { hashes, cause }: { readonly hashes: FileHashes; readonly cause: Cause },
  ): Promise<void> {
    const { checksum, os_hash_algo, os_hash_value } = hashes;
    const changed = await this.images.update(tx, image, { checksum, os_hash_algo, os_hash_value });
    if (changed.machine_image_id !== null) await this.#tellMachine(tx, changed, cause);
    else await this.news.updated(tx, changed, ['checksum', 'os_hash_algo', 'os_hash_value'], cause);
  }

  /** Of a disk of a machine, which is locked with it, the machine tells. */
  async #tellMachine(tx: EntityManager, { id, machine_image_id, checksum }: ImageRow, cause: Cause): Promise<void> {
    const machine = await this.images.find(tx, machine_image_id ?? '');
    if (machine === null) throw new Error(`image ${id} is a disk of a machine that is not there`);
    const data_disks = machine.data_disks.map((disk) => (disk.image_id === id ? { ...disk, checksum } : disk));
    await this.news.updated(tx, await this.images.update(tx, machine, { data_disks }), ['data_disks'], cause);
  }

  #isSame(image: ImageRow, whole: StoredObject): boolean {
    if (whole.index_hash === image.index_hash && whole.size === image.size) return this.#refuseOther(image, whole);
    this.#logger.error({ image_id: image.id, object_id: whole.object_id, msg: 'a flattened image is another image' });
    return false;
  }

  /** False, and an operator is told, when the same bytes seem to have two hashes: one of them was read wrong. */
  #refuseOther(image: ImageRow, { checksum, os_hash_value }: FileHashes): boolean {
    if (image.checksum === null) return true;
    if (checksum === image.checksum && os_hash_value === image.os_hash_value) return true;
    this.#logger.error({ image_id: image.id, msg: 'an image was read with other hashes than it has' });
    return false;
  }
}

function hasBytes({ status }: ImageRow): boolean {
  return status === 'active' || status === 'deactivated';
}
