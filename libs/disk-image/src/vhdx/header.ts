import { overlap } from '../blocks/own-bytes.ts';
import { InspectionRefusal } from '../inspection-refusal.ts';
import { long } from '../inspect/image-file.ts';
import type { Span } from '../source/coalesce.ts';
import * as vhdx from './format.ts';

const { HEADER, MIB, REGION } = vhdx;
/** Bytes of the head that the parts of the first MiB take. */
const HEAD_BYTES = 320 * vhdx.KIB;
const MOST_REGIONS = 2047;

/** Where a VHDX has what. */
export interface VhdxRegions {
  readonly blocks: Span;
  readonly metadata: Span;
  /** All that takes room and is no block, the two among it. */
  readonly all: readonly Span[];
}

/** Reads the first parts of a VHDX; a log that is not empty would have to be written out first. @throws InspectionRefusal */
export function parseVhdxHead(head: Buffer, fileSize: number): VhdxRegions {
  if (head.length < HEAD_BYTES || fileSize < MIB) {
    throw new InspectionRefusal('image.truncated', 'The file ends inside its first MiB', head.length);
  }
  const log = parseHeader(head);
  const { blocks, metadata, others } = parseRegions(head);
  const all = [{ start: 0, end: MIB }, log, blocks, metadata, ...others];
  for (const span of all) {
    if (span.end > fileSize) {
      const message = `The region at ${span.start} is outside of the file`;
      throw new InspectionRefusal('image.offset_out_of_file', message, span.start);
    }
  }
  return { blocks, metadata, all: all.filter(({ start, end }) => start < end) };
}

/** Judges the header that counts, and answers where the log is. */
function parseHeader(head: Buffer): Span {
  const { header, at } = currentHeader(head);
  const version = header.readUInt16LE(HEADER.version);
  if (version !== vhdx.VERSION) {
    throw new InspectionRefusal('image.version', `VHDX version ${version} is not known`, at + HEADER.version);
  }
  if (header.subarray(HEADER.log, HEADER.log + 16).some((byte) => byte !== 0)) {
    throw new InspectionRefusal(
      'image.log_pending',
      'The log has changes that the disk does not have',
      at + HEADER.log,
    );
  }
  const bytes = header.readUInt32LE(HEADER.logBytes);
  return regionAt(long(header, HEADER.logOffset), bytes, at + HEADER.logOffset);
}

/** The one of the two whose checksum is right, with the higher number. */
function currentHeader(head: Buffer): { header: Buffer; at: number } {
  const whole = vhdx.HEADER_PLACES.map((at) => ({ header: head.subarray(at, at + vhdx.HEADER_BYTES), at }))
    .filter(({ header }) => header.toString('latin1', 0, 4) === 'head')
    .filter(({ header }) => header.readUInt32LE(HEADER.checksum) === vhdx.checksum(header))
    .sort((one, other) => long(other.header, HEADER.number) - long(one.header, HEADER.number));
  const [current] = whole;
  if (!current) throw damaged('Neither of the two headers is whole', vhdx.HEADER_PLACES[0]);
  return current;
}

function parseRegions(head: Buffer): { blocks: Span; metadata: Span; others: Span[] } {
  const { table, at } = wholeRegions(head);
  const count = table.readUInt32LE(8);
  if (count > MOST_REGIONS) throw damaged(`There are ${count} regions`, at + 8);
  const found = new Map<Buffer, Span>();
  const others: Span[] = [];
  for (let index = 0; index < count; index += 1) {
    const entry = 16 + index * vhdx.ENTRY_BYTES;
    const id = table.subarray(entry, entry + 16);
    const span = regionAt(long(table, entry + 16), table.readUInt32LE(entry + 24), at + entry + 16);
    const known = Object.values(REGION).find((guid) => guid.equals(id));
    if (known && found.has(known)) throw damaged('A region is there twice', at + entry);
    if (known) found.set(known, span);
    else if ((table.readUInt32LE(entry + 28) & vhdx.REGION_REQUIRED) !== 0) throw unknown('region', at + entry);
    else others.push(span);
  }
  const [blocks, metadata] = [found.get(REGION.blocks), found.get(REGION.metadata)];
  if (!blocks || !metadata) throw damaged('The table of blocks or the metadata are missing', at);
  return { blocks, metadata, others };
}

function wholeRegions(head: Buffer): { table: Buffer; at: number } {
  for (const at of vhdx.REGION_PLACES) {
    const table = head.subarray(at, at + vhdx.REGIONS_BYTES);
    if (table.toString('latin1', 0, 4) !== 'regi') continue;
    if (table.readUInt32LE(HEADER.checksum) === vhdx.checksum(table)) return { table, at };
  }
  throw damaged('Neither of the two tables of regions is whole', vhdx.REGION_PLACES[0]);
}

function regionAt(start: number, bytes: number, at: number): Span {
  if (start % MIB !== 0 || bytes % MIB !== 0) {
    throw new InspectionRefusal('image.offset_unaligned', `The region at ${start} is not of whole MiB`, at);
  }
  if (bytes > 0 && start < MIB) throw overlap(start, at);
  return { start, end: start + bytes };
}

export function unknown(what: string, at: number): InspectionRefusal {
  return new InspectionRefusal('image.incompatible_features', `A ${what} must be understood, and is not known`, at);
}

export function damaged(message: string, at: number): InspectionRefusal {
  return new InspectionRefusal('image.header', message, at);
}
