import { type Refusal, refusal } from '@imago/contracts';
import type { Account } from '../limits/limits.repository.ts';

/** A limit and how much of it is used. */
export interface Room {
  readonly limit: number;
  readonly used: number;
}

/** The refusal of one more image; null where there is a place for it. */
export function imagesRefusal({ project_id, region }: Account, { limit, used }: Room): Refusal | null {
  if (used < limit) return null;
  return refusal(
    'quota.images_exceeded',
    `The project has ${used} of ${limit} images in ${region}: there is no place for another.`,
    { project_id, region, resource: 'images', limit, used },
  );
}

/** The refusal of more storage, all of it in GiB; null where there is room for what is requested. */
export function storageRefusal({ project_id, region }: Account, storage: Room, requested: number): Refusal | null {
  const { limit, used } = storage;
  if (used + requested <= limit) return null;
  const message = `The project has ${used} of ${limit} GiB in ${region}: there is no room for ${requested} more.`;
  return refusal('quota.storage_exceeded', message, {
    ...{ project_id, region, resource: 'storage_gib', limit, used },
    requested,
  });
}
