import { z } from 'zod';
import { READINESS_POINTS } from './readiness.ts';

/** Why something of a disk is left as it is when the disk is generalized. */
export const LEFT_CODES = [
  /** There is no Linux whose files could be changed. */
  'no_linux',
  /** It cannot be read, or reading it takes more than is allowed. */
  'unreadable',
  /** Its file system is none that is written. */
  'file_system',
  /** The partition or volume is not alone on its place of the disk. */
  'shared_place',
  'needs_recovery',
  'not_clean',
  'unknown_feature',
  'inconsistent',
  /** More would change than is allowed. */
  'too_much',
  'does_not_fit',
  'hard_links',
  /** What the inode says of the file: immutable, encrypted, in the inode itself, and the like. */
  'file_attributes',
  'reserved_blocks',
  'quota',
  /** Nothing on the disk would make new keys. */
  'no_key_maker',
  'no_dhcp_client',
  'not_certain',
  /** The file says more than can be rewritten safely. */
  'not_safe',
  /** It is no matter of rewriting a file. */
  'by_hand',
  /** cloud-init does it when a server starts. */
  'by_cloud_init',
] as const;

const point = z.enum(READINESS_POINTS);
const text = z.string().max(500);

/** One thing that is other in the image than on the disk it was made from. Texts are cut and printable, and no secret is in them. */
export const generalizationChange = z.object({
  /** The point of the readiness report that it mends. */
  point,
  /** The file that was changed. */
  path: z.string().max(300),
  was: text,
  now: text,
});

/** One thing that is not as it should be, and was not changed. */
export const leftAsIs = z.object({
  code: z.enum(LEFT_CODES),
  point,
  /** A path or a place of the disk; null when it is about the whole disk. */
  where: z.string().max(300).nullable(),
  reason: text,
  /** What the tenant can do. */
  remedy: text,
});

/** What was changed in an image so that many servers can be made of it, and what was left. */
export const generalizationReport = z.object({
  changes: z.array(generalizationChange).max(1000),
  left: z.array(leftAsIs).max(1000),
  /** How many more changes and things that were left there are than are listed. */
  not_listed: z.int().min(0),
});
export type GeneralizationReport = z.output<typeof generalizationReport>;
