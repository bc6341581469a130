import { z } from 'zod';
import { imageName, instant, projectId, regionName } from './scalars.ts';

/**
 * What is wrong with an object in the store. `object_missing`: it is not there. `object_altered`: its bytes are others than
 * were stored. `index_damaged`: the list of the hashes of its clusters is not there, or another one.
 */
export const objectProblem = z.enum(['object_missing', 'object_altered', 'index_damaged']);
export type ObjectProblem = z.output<typeof objectProblem>;

const figures = {
  /** Objects that were read whole, or were found to be damaged. */
  objects: z.int().min(0),
  /** Read from the store, those that were read twice counted twice. A number: it is for people. */
  bytes: z.int().min(0),
  /** Objects that are not what was stored. */
  damaged: z.int().min(0),
  /** Objects that were damaged before, and are what was stored again. */
  repaired: z.int().min(0),
  /** Objects the store did not give out although it gave out others: nothing is known of them. */
  unread: z.int().min(0),
};

/** A round that has come to its end: all objects that were there when it began. */
export const scrubRound = z.object({ round: z.int().min(1), started_at: instant, finished_at: instant, ...figures });
export type ScrubRound = z.output<typeof scrubRound>;

/** How the objects of a region are read again and again. */
export const scrubStatus = z.object({
  region: regionName,
  /** `waiting` for the next round, `reading`, or `paused`: the store does not answer, and is asked again. */
  state: z.enum(['waiting', 'reading', 'paused']),
  /** The round under way; null between two. */
  current: scrubRound
    .omit({ finished_at: true })
    .extend({ objects_total: z.int().min(0) })
    .nullable(),
  /** When the next one begins; one under way ends first. */
  next_at: instant,
  /** Bytes a second it reads at most; 0: it reads nothing. */
  pace: z.int().min(0),
  /** The last ones, newest first. */
  rounds: z.array(scrubRound).max(20),
});
export type ScrubStatus = z.output<typeof scrubStatus>;

/** An image whose disk is read from a damaged object. */
export const damagedImage = z.object({
  image_id: z.uuid(),
  name: imageName.nullable(),
  owner: projectId,
  status: z.string(),
  /** The object is not its own: its image is made upon the one whose it is. */
  inherited: z.boolean(),
});

/** A server whose disk is read from a damaged object, where it has not written itself. */
export const damagedServer = z.object({
  server_id: z.uuid(),
  name: z.string(),
  project_id: projectId,
  disk_id: z.uuid(),
});
export type DamagedServer = z.output<typeof damagedServer>;

/** A damaged object, with all that is made upon it. */
export const objectDamage = z.object({
  object_id: z.uuid(),
  key: z.string(),
  problem: objectProblem,
  /** The same in a sentence. */
  detail: z.string(),
  found_at: instant,
  /** When it was last seen to be so. */
  seen_at: instant,
  images: z.array(damagedImage).max(100),
  /** How many images there are in all. */
  images_total: z.int().min(0),
});
export type ObjectDamage = z.output<typeof objectDamage>;
