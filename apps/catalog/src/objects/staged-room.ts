import { PreviewReservation, refusal } from '@imago/contracts';
import { serviceContext } from '@imago/identity';
import { type RequestCall, RequestClient } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ImageRow } from '../images/image.row.ts';
import { ImagesRepository } from '../images/images.repository.ts';

const GIB = 2n ** 30n;

/** What quota said of the storage of a project at one moment. */
export interface Storage {
  readonly limit: number;
  readonly used: number;
}

/**
 * Room for files that wait to be imported. No image counts them yet, so they are counted here: what a project has staged and
 * what it stores are together within its limit. A file whose size nobody said is counted when all of it has come.
 */
@Injectable()
export class StagedRoom {
  constructor(
    private readonly images: ImagesRepository,
    private readonly requests: RequestClient,
  ) {}

  /** The storage of the project of an image, without what that image itself has reserved. */
  async storageOf({ id, owner, region }: ImageRow, { context, deadline }: RequestCall): Promise<Storage> {
    const request = { project_id: owner, region, storage_gib: 0, counted_apart: id };
    const { figures } = await this.requests.send(PreviewReservation, request, {
      context: serviceContext('catalog', owner, context.correlation_id),
      timeout_ms: Math.max(1, deadline.getTime() - Date.now()),
    });
    const storage = figures.find(({ resource }) => resource === 'storage_gib');
    if (storage === undefined) throw new Error('quota did not say how much storage a project has');
    return { limit: storage.limit, used: storage.used ?? 0 };
  }

  /**
   * Bytes that a file may have which is staged now: one is looked for after the other.
   * @throws Refusal quota.storage_exceeded when there is none, or not enough for what was announced
   */
  async take(
    tx: EntityManager,
    image: ImageRow,
    { storage, size }: { storage: Storage; size: string | null },
  ): Promise<bigint> {
    const { owner: project_id, region } = image;
    await this.images.lockAccount(tx, image);
    const { staged, room } = await this.#figures(tx, image, storage);
    if (room >= (size === null ? 1n : BigInt(size))) return room;
    const { limit, used } = storage;
    throw refusal(
      'quota.storage_exceeded',
      `The project has ${used} of ${limit} GiB in ${region}, and ${staged} bytes wait to be imported: there is no room for this file.`,
      { project_id, region, resource: 'storage_gib', limit, used, staged_bytes: String(staged), size },
    );
  }

  /** What {@link take} has answered, when it is asked again. */
  async left(tx: EntityManager, image: ImageRow, storage: Storage): Promise<bigint> {
    const { room } = await this.#figures(tx, image, storage);
    return room < 0n ? 0n : room;
  }

  async #figures(
    tx: EntityManager,
    image: ImageRow,
    { limit, used }: Storage,
  ): Promise<{ staged: bigint; room: bigint }> {
    const staged = await this.#stagedBytes(tx, image);
    return { staged, room: BigInt(limit - used) * GIB - staged };
  }

  /** Of the other images of the project. */
  async #stagedBytes(tx: EntityManager, { id, owner, region }: ImageRow): Promise<bigint> {
    const [row]: { bytes: string }[] = await tx.query(
      `SELECT coalesce(sum(objects.size), 0)::text AS bytes FROM catalog.objects
       JOIN catalog.images ON images.id = objects.image_id
       WHERE images.owner = $1 AND images.region = $2 AND objects.staged AND objects.state = 'writing'
         AND images.id <> $3`,
      [owner, region, id],
    );
    return BigInt(row?.bytes ?? '0');
  }
}
