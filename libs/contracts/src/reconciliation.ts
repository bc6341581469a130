import { z } from 'zod';
import { regionName } from './scalars.ts';

/**
 * The pairs of truths that are held against each other, and the service that does it: `objects` the rows and the bytes
 * in the store, `ledger` images and their places in the quota, `members` shares and who sees an image, `locks` captures
 * and the servers they lock, `holds` disks of servers and the bytes kept for them, `uploads` files sent in parts and their
 * bytes in the store.
 */
export const RECONCILIATIONS = {
  objects: 'catalog',
  ledger: 'catalog',
  members: 'sharing',
  locks: 'capture',
  holds: 'compute',
  uploads: 'import',
} as const;

export type ReconciliationName = keyof typeof RECONCILIATIONS;

/** A service that reconciles. */
export type ReconcilingService = (typeof RECONCILIATIONS)[ReconciliationName];

export const reconciliationName = z.enum(Object.keys(RECONCILIATIONS) as [ReconciliationName, ...ReconciliationName[]]);

/** One thing that two truths tell differently. */
export const difference = z.object({
  /** What it is about: the key of an object, or the id of an image, a lock or a disk. */
  subject: z.string(),
  /** What is wrong, by a name that stays. */
  problem: z.string(),
  /** The same in a sentence. */
  detail: z.string(),
});

export type Difference = z.output<typeof difference>;

/** All things of a region whose ids are after the one and up to the other, neither of which has to be there; null: open. */
export const idRange = z.object({
  region: regionName,
  after: z.uuid().nullable(),
  up_to: z.uuid().nullable(),
});

export type IdRange = z.output<typeof idRange>;
