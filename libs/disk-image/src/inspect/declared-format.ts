import { InspectionRefusal } from '../inspection-refusal.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { detectFormats, type ImageFormat } from './image-format.ts';

/** Formats that are read. */
export type SourceFormat = 'raw' | 'qcow2';

/** The first read: as qemu writes files, it has the header, the refcount table and the L1 table. */
const HEAD_BYTES = 256 * 1024;
const TAIL_BYTES = 512;

/** The first bytes of a file, which must be what it is declared to be. @throws InspectionRefusal */
export async function readHead(source: ByteSource, declared: SourceFormat, signal?: AbortSignal): Promise<Buffer> {
  const { head, found } = await readEnds(source, signal);
  refuseOtherFormats(declared, found);
  return head;
}

/** The formats that a file could be taken for by its ends: `raw` when it has no mark of any. @throws InspectionRefusal */
export async function foundFormats(source: ByteSource, signal?: AbortSignal): Promise<readonly ImageFormat[]> {
  return (await readEnds(source, signal)).found;
}

async function readEnds(source: ByteSource, signal: AbortSignal | undefined): Promise<Ends> {
  if (source.size === 0) throw new InspectionRefusal('image.empty', 'The file is empty');
  const head = await source.read(0, Math.min(HEAD_BYTES, source.size), signal);
  const whole = head.length === source.size;
  const tail = whole ? head.subarray(-TAIL_BYTES) : await source.read(source.size - TAIL_BYTES, TAIL_BYTES, signal);
  const marks = detectFormats(head, tail);
  return { head, found: marks.length === 0 ? ['raw'] : marks };
}

interface Ends {
  readonly head: Buffer;
  readonly found: readonly ImageFormat[];
}

function refuseOtherFormats(declared: SourceFormat, found: readonly ImageFormat[]): void {
  if (found.length === 1 && found[0] === declared) return;
  const message = `Declared ${declared}, found ${found.join(' and ')}`;
  if (found.length > 1) throw new InspectionRefusal('image.format_ambiguous', message);
  const readable = found[0] === 'raw' || found[0] === 'qcow2';
  throw new InspectionRefusal(readable ? 'image.format_mismatch' : 'image.format_unsupported', message);
}
