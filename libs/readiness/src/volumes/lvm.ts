import { assertInside, ByteRegion } from '../disk/byte-region.ts';
import type { Budget } from '../disk/budget.ts';
import { printable } from '../disk/printable.ts';
import { Unreadable } from '../disk/unreadable.ts';
import { type LvmSection, numberIn, parseLvmText, sectionIn, sectionsIn, textIn } from './lvm-text.ts';

const SECTOR = 512;
const METADATA_HEADER = 512;
const LONGEST_METADATA = 1024 * 1024;
const MOST_VOLUMES = 256;
const MOST_SEGMENTS = 4_096;

/** A partition, or the disk, that LVM has for itself. */
export interface PhysicalVolume {
  readonly region: ByteRegion;
  /** Without the hyphens that the metadata has. */
  readonly id: string;
  readonly metadata: LvmSection | null;
}

/** A logical volume as a region, or why it is none. */
export type LogicalVolume =
  | { readonly status: 'readable'; readonly name: string; readonly region: ByteRegion }
  | { readonly status: 'unreadable'; readonly name: string; readonly reason: string };

/** What LVM has on a region; null when it has nothing. */
export async function readPhysicalVolume(region: ByteRegion): Promise<PhysicalVolume | null> {
  if (region.size < 1024 * 1024) return null;
  const sectors = await region.read(0, 4 * SECTOR);
  const at = [0, 1, 2, 3].map((index) => index * SECTOR).find((start) => isLabel(sectors.subarray(start)));
  if (at === undefined) return null;
  const header = sectors.subarray(at + sectors.readUInt32LE(at + 20));
  const areas = areasOf(header.subarray(40));
  const [metadataAt] = areas.metadata;
  const metadata = metadataAt === undefined ? null : await readMetadata(region, metadataAt);
  return { region, id: header.toString('latin1', 0, 32), metadata };
}

function isLabel(sector: Buffer): boolean {
  return sector.toString('latin1', 0, 8) === 'LABELONE' && sector.toString('latin1', 24, 32) === 'LVM2 001';
}

/** Two lists of places, data and metadata, each with zeros at its end. */
function areasOf(lists: Buffer): { metadata: number[] } {
  let at = 0;
  const list = (): number[] => {
    const found: number[] = [];
    for (; lists.readBigUInt64LE(at) !== 0n; at += 16) found.push(Number(lists.readBigUInt64LE(at)));
    at += 16;
    return found;
  };
  list();
  return { metadata: list() };
}

/** The newest text of a metadata area, in which texts go round in a circle behind a header. */
async function readMetadata(region: ByteRegion, at: number): Promise<LvmSection | null> {
  const header = await region.read(at, METADATA_HEADER);
  if (header.toString('latin1', 4, 9) !== ' LVM2') throw new Unreadable('The metadata of LVM is damaged', region.name);
  const areaSize = Number(header.readBigUInt64LE(32));
  const [offset, size] = [Number(header.readBigUInt64LE(40)), Number(header.readBigUInt64LE(48))];
  if (offset === 0 || size === 0) return null;
  if (size > LONGEST_METADATA || offset < METADATA_HEADER || offset >= areaSize)
    throw new Unreadable('The metadata of LVM is damaged', region.name);
  const first = Math.min(size, areaSize - offset);
  const parts = [await region.read(at + offset, first)];
  if (first < size) parts.push(await region.read(at + METADATA_HEADER, size - first));
  region.budget.step(Math.ceil(size / 64));
  return parseLvmText(Buffer.concat(parts).toString('utf8').replace(/\0.*$/s, ''));
}

/** The logical volumes of all groups on these physical ones. */
export function logicalVolumes(physical: readonly PhysicalVolume[]): LogicalVolume[] {
  const groups = new Map<string, LvmSection>();
  for (const { metadata } of physical) {
    for (const [name, group] of metadata ? sectionsIn(metadata) : []) groups.set(name, group);
  }
  return [...groups]
    .flatMap(([name, group]) => {
      const volumes = sectionsIn(sectionIn(group, 'logical_volumes'));
      return volumes.map(([volume, section]) => logicalVolume(`${name}/${volume}`, { group, section }, physical));
    })
    .slice(0, MOST_VOLUMES);
}

function logicalVolume(
  called: string,
  { group, section }: { group: LvmSection; section: LvmSection },
  physical: readonly PhysicalVolume[],
): LogicalVolume {
  const name = printable(called, 80);
  try {
    return { status: 'readable', name, region: regionOf(name, segmentsOf({ group, section }, physical)) };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { status: 'unreadable', name, reason: error.message };
  }
}

/** A run of a logical volume, in bytes. */
interface Segment {
  readonly logical: number;
  readonly length: number;
  readonly region: ByteRegion;
  readonly physical: number;
}

function segmentsOf(
  { group, section }: { group: LvmSection; section: LvmSection },
  physical: readonly PhysicalVolume[],
): Segment[] {
  const extent = numberIn(group, 'extent_size') * SECTOR;
  const segments = sectionsIn(section);
  if (segments.length > MOST_SEGMENTS) throw new Unreadable('It is in too many pieces');
  return segments.map(([, segment]) => {
    const [stripes, type] = [segment.values.get('stripes'), textIn(segment, 'type')];
    if (type !== 'striped' || numberIn(segment, 'stripe_count') !== 1 || !Array.isArray(stripes))
      throw new Unreadable(`Volumes of the kind ${printable(type)} are not read`);
    const [label, start] = stripes as unknown[];
    const said = sectionIn(sectionIn(group, 'physical_volumes'), String(label));
    const id = textIn(said, 'id').replaceAll('-', '');
    const volume = physical.find((each) => each.id === id);
    if (!volume) throw new Unreadable('A part of it is on another disk');
    return {
      logical: numberIn(segment, 'start_extent') * extent,
      length: numberIn(segment, 'extent_count') * extent,
      region: volume.region,
      physical: numberIn(said, 'pe_start') * SECTOR + Number(start) * extent,
    };
  });
}

function regionOf(name: string, segments: readonly Segment[]): ByteRegion {
  const [first] = segments;
  if (!first) throw new Unreadable('It has no pieces');
  return new LogicalRegion(name, segments, first.region.budget);
}

class LogicalRegion extends ByteRegion {
  readonly name: string;
  readonly size: number;
  readonly budget: Budget;
  private readonly segments: readonly Segment[];

  constructor(name: string, segments: readonly Segment[], budget: Budget) {
    super();
    this.name = `volume ${name}`;
    this.segments = segments;
    this.budget = budget;
    this.size = Math.max(...segments.map(({ logical, length }) => logical + length));
  }

  async read(offset: number, length: number): Promise<Buffer> {
    assertInside(this, offset, length);
    this.budget.step(1 + this.segments.length);
    const target = Buffer.alloc(length);
    for (const { logical, length: long, region, physical } of this.segments) {
      const [from, to] = [Math.max(offset, logical), Math.min(offset + length, logical + long)];
      if (from < to) (await region.read(physical + from - logical, to - from)).copy(target, from - offset);
    }
    return target;
  }
}
