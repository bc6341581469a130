import { InspectionRefusal } from '../inspection-refusal.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { detectFormats, type ImageFormat } from './image-format.ts';

/** Formats of disks that are read. */
export const SOURCE_FORMATS = ['raw', 'qcow2', 'vmdk', 'vhd', 'vhdx', 'vdi'] as const;
export type SourceFormat = (typeof SOURCE_FORMATS)[number];

/** The first read: it has all of a VHDX's first parts, and as qemu writes files, the tables of qcow2 that lead on. */
const HEAD_BYTES = 320 * 1024;
/** The last read: a VHD's footer, and what a VMDK may end in. */
const TAIL_BYTES = 3 * 512;

/** The first and the last bytes of a file. */
export interface FileEnds {
  readonly head: Buffer;
  readonly tail: Buffer;
}

/** The ends of a file, which must be what it is declared to be. @throws InspectionRefusal */
export async function readEnds(source: ByteSource, declared: SourceFormat, signal?: AbortSignal): Promise<FileEnds> {
  const { head, tail, found } = await lookAtEnds(source, signal);
  refuseOtherFormats(declared, found);
  return { head, tail };
}

/** The formats that a file could be taken for by its ends: `raw` when it has no mark of any. @throws InspectionRefusal */
export async function foundFormats(source: ByteSource, signal?: AbortSignal): Promise<readonly ImageFormat[]> {
  return (await lookAtEnds(source, signal)).found;
}

/** Whether disks of a format can be read. */
export function isSourceFormat(format: ImageFormat): format is SourceFormat {
  return SOURCE_FORMATS.some((readable) => readable === format);
}

async function lookAtEnds(
  source: ByteSource,
  signal: AbortSignal | undefined,
): Promise<FileEnds & { found: readonly ImageFormat[] }> {
  if (source.size === 0) throw new InspectionRefusal('image.empty', 'The file is empty');
  const head = await source.read(0, Math.min(HEAD_BYTES, source.size), signal);
  const whole = head.length === source.size;
  const tailBytes = Math.min(TAIL_BYTES, source.size);
  const tail = whole ? head.subarray(-TAIL_BYTES) : await source.read(source.size - tailBytes, tailBytes, signal);
  const marks = detectFormats(head, tail);
  return { head, tail, found: marks.length === 0 ? ['raw'] : marks };
}

function refuseOtherFormats(declared: SourceFormat, found: readonly ImageFormat[]): void {
  const [format, ...others] = found;
  if (format === declared && others.length === 0) return;
  const message = `Declared ${declared}, found ${found.join(' and ')}`;
  if (format === undefined || others.length > 0) throw new InspectionRefusal('image.format_ambiguous', message);
  throw new InspectionRefusal(isSourceFormat(format) ? 'image.format_mismatch' : 'image.format_unsupported', message);
}
