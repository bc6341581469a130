import { setImmediate } from 'node:timers/promises';
import {
  BudgetSpent,
  CachedDisk,
  type ExaminedDisk,
  factsOf,
  findSystem,
  initialisationComponent,
  readingFrom,
  type ReadinessLimits,
  Unreadable,
  type Volume,
} from '@imago/readiness';
import { FILES_AT_ONCE } from '../scanner/clamd-settings.ts';
import { type FileJudge, ScannerDiedError } from '../scanner/file-judge.ts';
import { filesOf, type WalkedFile } from './files-of.ts';
import type { Found } from './found.ts';
import { secretsIn } from './secret-rules.ts';

/** Bytes of a file that are read and sent at once. */
const CHUNK = 256 * 1024;
/** What of a disk is no file system, and has files in it that nobody can see. */
const LOCKED = new Set(['luks']);

/** How a disk is scanned. */
export interface DiskScan {
  /** Judges a file; another scanner when the one before died of it. */
  readonly judge: (signal: AbortSignal) => Promise<FileJudge>;
  readonly found: Found;
  /** Before the names of its volumes, where an image has several disks: `data disk 1, `. */
  readonly prefix: string;
  /** Bytes of a file that are looked at. */
  readonly fileBytes: number;
  readonly signal: AbortSignal;
  /** Told how many bytes of files were scanned. */
  readonly moved: (bytes: number) => void;
}

/**
 * Looks into every file of every file system of a disk. Whatever is on it, this ends; only the source, the signal and the
 * scanner throw, as they do.
 */
export async function scanDisk(disk: ExaminedDisk, scan: DiskScan): Promise<void> {
  const cached = new CachedDisk(disk, { signal: scan.signal, limits: limitsOf(disk.virtualSize) });
  try {
    const { facts, failure } = await factsOf(cached);
    if (failure !== null) scan.found.gap('volume_unreadable', scan.prefix + (failure.where ?? cached.name));
    for (const volume of facts.volumes) await scanVolume(volume, scan);
    scan.found.initialisationComponent ??= await componentOn(facts.volumes, cached);
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error;
    scan.found.gap('work_spent', scan.prefix + cached.name);
  }
}

/**
 * A scan reads all of a disk, and parts of it twice; a disk whose structures lead round in circles asks for more. Steps are
 * counted for each KiB that is read and wherever something is repeated.
 */
function limitsOf(virtualSize: number): ReadinessLimits {
  const bytes = 4 * virtualSize + 2 ** 30;
  return { bytes, reads: bytes / 4096, steps: bytes / 64 };
}

async function scanVolume({ where, content }: Volume, scan: DiskScan): Promise<void> {
  const named = scan.prefix + where;
  if (content.type === 'unreadable' || (content.type === 'other' && LOCKED.has(content.name))) {
    scan.found.gap('volume_unreadable', named);
    return;
  }
  if (content.type !== 'file_system') return;
  scan.found.fileSystem(named, content.system.type);
  const failure = new AbortController();
  const signal = AbortSignal.any([scan.signal, failure.signal]);
  const files = filesOf({ where: named, system: content.system }, scan.found, signal);
  const worker = async (): Promise<void> => {
    for (;;) {
      const next = await files.next();
      if (next.done === true) return;
      await scanFile(next.value, { ...scan, signal });
      await setImmediate(); // files that are in memory already would keep everybody else waiting
    }
  };
  const workers = Array.from({ length: FILES_AT_ONCE }, () =>
    worker().catch((error: unknown) => {
      failure.abort(error); // the others end with it
    }),
  );
  await Promise.all(workers);
  failure.signal.throwIfAborted();
}

async function scanFile(file: WalkedFile, scan: DiskScan): Promise<void> {
  const { found, fileBytes, signal } = scan;
  const { where, path, node } = file;
  if (node.size > fileBytes) found.gap('file_too_large', where, path);
  try {
    const verdict = await judged(file, scan);
    if (verdict.type === 'malware') found.malware(verdict.signature, file);
    else if (verdict.type === 'limits') found.gap('archive_limits', where, path);
    else if (verdict.type === 'failed') found.gap('scanner_failed', where, path);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof BudgetSpent || !(error instanceof Unreadable || error instanceof ScannerDiedError))
      throw error;
    found.gap(error instanceof ScannerDiedError ? 'scanner_failed' : 'file_unreadable', where, path);
  }
  found.file(Math.min(node.size, fileBytes));
}

/** A scanner that died may have died of another file it had at the same moment: each has a second try. */
async function judged(file: WalkedFile, scan: DiskScan): ReturnType<FileJudge['judge']> {
  const { signal } = scan;
  try {
    return await (await scan.judge(signal)).judge(chunksOf(file, scan), signal);
  } catch (error) {
    if (!(error instanceof ScannerDiedError)) throw error;
    signal.throwIfAborted();
    return (await scan.judge(signal)).judge(chunksOf(file, { ...scan, found: null }), signal);
  }
}

interface Reading extends Pick<DiskScan, 'fileBytes' | 'moved'> {
  /** Where secrets are told; null when they were. */
  readonly found: Found | null;
}

async function* chunksOf(
  { where, path, node }: WalkedFile,
  { fileBytes, found, moved }: Reading,
): AsyncGenerator<Buffer> {
  const length = Math.min(node.size, fileBytes);
  for (let at = 0; at < length; at += CHUNK) {
    const chunk = await readingFrom(path, () => node.read(at, Math.min(CHUNK, length - at)));
    if (at === 0 && found !== null)
      for (const kind of secretsIn(path, chunk, node.size)) found.secret(kind, { where, path });
    moved(chunk.length);
    yield chunk;
  }
}

/** What sets up servers of the disk; where that cannot be found out, nothing does. */
async function componentOn(
  volumes: readonly Volume[],
  { budget }: CachedDisk,
): Promise<Awaited<ReturnType<typeof initialisationComponent>>> {
  try {
    const search = await findSystem(volumes, budget);
    return search.status === 'found' ? await initialisationComponent(search.system) : null;
  } catch (error) {
    if (error instanceof Unreadable && !(error instanceof BudgetSpent)) return null;
    throw error;
  }
}
