import { BlockMap } from '../blocks/block-map.ts';
import { outOfFile, overlap, requireApart, requireOwnBytes } from '../blocks/own-bytes.ts';
import { type ImageFile, mappedDisk, type OpenedDisk, readTable, readTables } from '../inspect/image-file.ts';
import { InspectionRefusal } from '../inspection-refusal.ts';
import type { Span } from '../source/coalesce.ts';
import { judgeDescriptor } from './descriptor.ts';
import { GRAINS_PER_TABLE, SECTOR, TABLE_BYTES } from './format.ts';
import { parseVmdkHeader, type VmdkHeader } from './header.ts';
import { grainEnds } from './grain-ends.ts';

/** The entry of a grain of zeros. */
const ZERO_GRAIN = 1;

/** The disk in a VMDK that is one sparse file, with plain grains or compressed ones. */
export async function openVmdk(file: ImageFile): Promise<OpenedDisk> {
  const { source, head } = file;
  const header = parseVmdkHeader(file);
  const { descriptor, virtualSize, grainBytes, isCompressed } = header;
  judgeDescriptor(head.subarray(descriptor.start, descriptor.end), descriptor, header);
  const directory = await readDirectory(file, header);
  const tables = [...header.headers, descriptor, directory.place, ...directory.tables];
  requireApart(tables);
  const places = await readPlaces(file, header, directory.tables);
  const lastBytes = virtualSize - (places.length - 1) * grainBytes;
  // How long a compressed grain is stands in it; where the next one begins, it must have ended.
  const bytes = isCompressed ? { bytes: SECTOR, lastBytes: SECTOR } : { bytes: grainBytes, lastBytes };
  const sorted = await requireOwnBytes({ places, unit: SECTOR, ...bytes }, tables, file);
  const warnings = header.isUnclean ? ['The image was not closed cleanly: changes in flight may be missing'] : [];
  const table = { virtualSize, blockSize: grainBytes, places, unit: SECTOR };
  const ends = { sorted, tables, fileSize: source.size, grainBytes };
  return mappedDisk(source, new BlockMap(isCompressed ? { ...table, endOf: grainEnds(ends) } : table), warnings);
}

interface GrainTable extends Span {
  readonly index: number;
}

interface Directory {
  readonly place: Span;
  /** The grain tables that there are, in the order of the file. */
  readonly tables: readonly GrainTable[];
}

async function readDirectory(file: ImageFile, header: VmdkHeader): Promise<Directory> {
  const { source, limits } = file;
  const { virtualSize, grainBytes, directoryOffset: offset } = header;
  const entries = Math.ceil(virtualSize / (grainBytes * GRAINS_PER_TABLE));
  if (entries * TABLE_BYTES > limits.maxTableBytes) {
    const message = `The tables may take more than ${limits.maxTableBytes} bytes`;
    throw new InspectionRefusal('image.tables', message, offset);
  }
  const bytes = entries * 4;
  const directory = await readTable(file, { offset, bytes, name: 'grain directory' });
  const tables: GrainTable[] = [];
  for (let index = 0; index < entries; index += 1) {
    const start = directory.readUInt32LE(index * 4) * SECTOR;
    if (start === 0) continue;
    if (start + TABLE_BYTES > source.size) throw outOfFile(start, offset + index * 4);
    tables.push({ index, start, end: start + TABLE_BYTES });
  }
  return {
    place: { start: offset, end: offset + bytes },
    tables: tables.sort((one, other) => one.start - other.start),
  };
}

async function readPlaces(
  { source, signal }: ImageFile,
  header: VmdkHeader,
  tables: readonly GrainTable[],
): Promise<Uint32Array> {
  const places = new Uint32Array(header.grains);
  for await (const { place, bytes } of readTables(source, tables, signal)) {
    const first = place.index * GRAINS_PER_TABLE;
    // What lies behind the end of the disk is never looked at.
    const count = Math.min(GRAINS_PER_TABLE, places.length - first);
    for (let grain = 0; grain < count; grain += 1) {
      const sector = bytes.readUInt32LE(grain * 4);
      if (sector === ZERO_GRAIN && header.hasZeroGrains) continue;
      if (sector * SECTOR >= source.size) throw outOfFile(sector * SECTOR, place.start + grain * 4);
      if (sector === ZERO_GRAIN) throw overlap(SECTOR, place.start + grain * 4);
      places[first + grain] = sector;
    }
  }
  return places;
}
