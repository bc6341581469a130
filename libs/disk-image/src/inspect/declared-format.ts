import { InspectionRefusal } from '../inspection-refusal.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { detectFormats, hasPartitions, type ImageFormat } from './image-format.ts';

/** Formats of disks that are read. */
export const SOURCE_FORMATS = ['raw', 'qcow2', 'vmdk', 'vhd', 'vhdx', 'vdi'] as const;
export type SourceFormat = (typeof SOURCE_FORMATS)[number];
/** Formats of files that are taken: an ISO image is no disk, and is kept as it is. */
export type FileFormat = SourceFormat | 'iso';

/** The first read: as qemu writes files, it has the tables of qcow2 that lead on. */
const HEAD_BYTES = 320 * 1024;
/** Of a VHDX, whose parts take whole MiB: as all known programs write it, this has its metadata and the table of blocks, too. */
const VHDX_HEAD_BYTES = 4 * 2 ** 20;
/** The last read: a VHD's footer, and what a VMDK may end in. */
const TAIL_BYTES = 3 * 512;

/** The first and the last bytes of a file. */
export interface FileEnds {
  readonly head: Buffer;
  readonly tail: Buffer;
}

/**
 * The ends of a file, which must be what it is declared to be; of a VHDX the head alone, because its metadata may be elsewhere
 * and are judged before {@link requireEndToAgree}. So what is wrong with any header is known after two reads.
 * @throws InspectionRefusal
 */
export async function readEnds(source: ByteSource, declared: FileFormat, signal?: AbortSignal): Promise<FileEnds> {
  if (declared === 'vhdx') return readVhdxHead(source, signal);
  const { head, tail, found } = await lookAtEnds(source, signal);
  refuseOtherFormats(declared, isHybrid(declared, found, head) ? ['raw'] : found);
  return { head, tail };
}

async function readVhdxHead(source: ByteSource, signal: AbortSignal | undefined): Promise<FileEnds> {
  requireBytes(source);
  const head = await source.read(0, Math.min(VHDX_HEAD_BYTES, source.size), signal);
  const tail = Buffer.alloc(0);
  const marks = detectFormats(head, tail);
  refuseOtherFormats('vhdx', marks.length === 0 ? ['raw'] : marks);
  return { head, tail };
}

/** The end of a file of which only the head has been looked at. @throws InspectionRefusal when it is of another format */
export async function requireEndToAgree(
  { source, head, signal }: { source: ByteSource; head: Buffer; signal?: AbortSignal | undefined },
  declared: SourceFormat,
): Promise<void> {
  refuseOtherFormats(declared, detectFormats(head, await readTail(source, head, signal)));
}

/** The formats that a file could be taken for by its ends: `raw` when it has no mark of any. @throws InspectionRefusal */
export async function foundFormats(source: ByteSource, signal?: AbortSignal): Promise<readonly ImageFormat[]> {
  return (await lookAtEnds(source, signal)).found;
}

/** Whether files of a format are taken. */
export function isFileFormat(format: ImageFormat): format is FileFormat {
  return format === 'iso' || isSourceFormat(format);
}

/** Whether disks of a format can be read. */
export function isSourceFormat(format: ImageFormat): format is SourceFormat {
  return SOURCE_FORMATS.some((readable) => readable === format);
}

async function lookAtEnds(
  source: ByteSource,
  signal: AbortSignal | undefined,
): Promise<FileEnds & { found: readonly ImageFormat[] }> {
  requireBytes(source);
  const head = await source.read(0, Math.min(HEAD_BYTES, source.size), signal);
  const tail = await readTail(source, head, signal);
  const marks = detectFormats(head, tail);
  return { head, tail, found: marks.length === 0 ? ['raw'] : marks };
}

/** What the head has of it is not read again. */
async function readTail(source: ByteSource, head: Buffer, signal: AbortSignal | undefined): Promise<Buffer> {
  if (head.length === source.size) return head.subarray(-TAIL_BYTES);
  const bytes = Math.min(TAIL_BYTES, source.size);
  return source.read(source.size - bytes, bytes, signal);
}

function requireBytes(source: ByteSource): void {
  if (source.size === 0) throw new InspectionRefusal('image.empty', 'The file is empty');
}

/** An ISO image that can be written to a disk as it is, and is declared to be what such a disk has: nothing else reads it. */
function isHybrid(declared: FileFormat, found: readonly ImageFormat[], head: Buffer): boolean {
  return declared === 'raw' && found.length === 1 && found[0] === 'iso' && hasPartitions(head);
}

function refuseOtherFormats(declared: FileFormat, found: readonly ImageFormat[]): void {
  const [format, ...others] = found;
  if (format === declared && others.length === 0) return;
  const message = `Declared ${declared}, found ${found.join(' and ')}`;
  if (format === undefined || others.length > 0) throw new InspectionRefusal('image.format_ambiguous', message);
  throw new InspectionRefusal(isFileFormat(format) ? 'image.format_mismatch' : 'image.format_unsupported', message);
}
