import { z } from 'zod';
import { byteCount, instant } from './scalars.ts';

/**
 * What a scan of an image came to. `clean`: every file of every file system on its disks was read, and nothing was found.
 * `infected`: malware was found. `incomplete`: nothing was found in what could be read, and that was not all.
 * `not_scanned`: nothing was looked at, or with nothing that would be believed today.
 */
export const scanStatus = z.enum(['clean', 'infected', 'incomplete', 'not_scanned']);
export type ScanStatus = z.output<typeof scanStatus>;

/** Why an image was not scanned. */
export const unscannedCode = z.enum([
  /** No scanner is installed where scans are made. */
  'scanner_missing',
  /** The scanner cannot be shut in here, and is never run without that. */
  'sandbox_unavailable',
  'database_missing',
  'database_outdated',
  /** The scanner does not start, or ends again and again. */
  'scanner_failed',
  /** What is stored cannot be read as the disk that was stored. */
  'disk_unreadable',
  /** No file system was found whose files could be read. */
  'nothing_readable',
]);
export type UnscannedCode = z.output<typeof unscannedCode>;

/** Why something of an image was not looked at. */
export const scanGapCode = z.enum([
  /** The time a scan may take was over. */
  'time_spent',
  /** The disk asks for more work than a scan does. */
  'work_spent',
  'volume_unreadable',
  'directory_unreadable',
  'file_unreadable',
  'file_too_large',
  /** An archive is nested too deeply, or holds too much, to be unpacked whole. */
  'archive_limits',
  /** The scanner could not judge a file. */
  'scanner_failed',
]);
export type ScanGapCode = z.output<typeof scanGapCode>;

/** What is no malware and yet nothing to give away. */
export const secretKind = z.enum(['private_key', 'cloud_credentials', 'access_token', 'shell_history']);
export type SecretKind = z.output<typeof secretKind>;

/** The most of each kind of finding that are named; how many there are is said beside them. */
export const MOST_NAMED = 50;

/** A place of a disk: `partition 2` and a path in its file system. Texts from a disk are cut and printable. */
const place = { where: z.string().min(1).max(120), path: z.string().min(1).max(300) };

export const scanFinding = z.object({
  /** The name the signature database has for it. */
  signature: z.string().min(1).max(200),
  ...place,
});
export type ScanFinding = z.output<typeof scanFinding>;

export const secretFinding = z.object({ kind: secretKind, ...place });
export type SecretFinding = z.output<typeof secretFinding>;

export const scanGap = z.object({
  code: scanGapCode,
  where: z.string().min(1).max(120),
  /** Null: it is about all of that place. */
  path: place.path.nullable(),
});
export type ScanGap = z.output<typeof scanGap>;

/** What sets up a server at its first start. */
export const initialisationComponent = z.enum(['cloud-init', 'cloudbase-init']);
export type InitialisationComponent = z.output<typeof initialisationComponent>;

/** What was found in the files of an image. */
export const imageScan = z.object({
  status: scanStatus,
  /** Why it was not scanned; null when it was. */
  code: unscannedCode.nullable(),
  /** What was seen, in a sentence. */
  seen: z.string().min(1).max(500),
  /** What to do; null when nothing is. */
  remedy: z.string().min(1).max(500).nullable(),
  malware: z.array(scanFinding).max(MOST_NAMED),
  malware_count: z.int().min(0),
  /** Warnings: they keep no image from anything, and are shown before it is shared. */
  secrets: z.array(secretFinding).max(MOST_NAMED),
  secret_count: z.int().min(0),
  gaps: z.array(scanGap).max(MOST_NAMED),
  gap_count: z.int().min(0),
  file_systems: z
    .array(z.object({ where: place.where, type: z.string().max(32), files: z.int().min(0), bytes: byteCount }))
    .max(128),
  /** Files that the scanner was given. */
  files: z.int().min(0),
  bytes: byteCount,
  /** Null: none was found. */
  initialisation_component: initialisationComponent.nullable(),
  /** What looked at the files; null where nothing could. */
  engine: z
    .object({
      version: z.string().min(1).max(200),
      /** Of the newest part of its signature database. */
      database_built_at: instant,
    })
    .nullable(),
  seconds: z.number().min(0),
  /** Of two scans of an image the later one counts. */
  scanned_at: instant,
});
export type ImageScan = z.output<typeof imageScan>;
