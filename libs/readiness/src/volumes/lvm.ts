import { assertInside, ByteRegion, type DiskRange } from '../disk/byte-region.ts';
import type { Budget } from '../disk/budget.ts';
import { printable } from '../disk/printable.ts';
import { Unreadable } from '../disk/unreadable.ts';
import { type LvmSection, type LvmValue, numberIn, parseLvmText, sectionIn, sectionsIn, textIn } from './lvm-text.ts';

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
  const laidOut = [...groups].flatMap(([name, group]) => {
    const volumes = sectionsIn(sectionIn(group, 'logical_volumes'));
    const snapshots = snapshotsOf(volumes);
    return volumes.map(([volume, section]) => ({
      name: printable(`${name}/${volume}`, 80),
      layout: layoutOf({ group, section }, physical),
      shared: sharedBecause(section, snapshots.get(volume)),
    }));
  });
  const overlapping = overlappingLayouts(laidOut.map(({ layout }) => layout));
  return laidOut.slice(0, MOST_VOLUMES).map(({ name, layout, shared }) => {
    if (typeof layout === 'string') return { status: 'unreadable', name, reason: layout };
    const overlaps = overlapping.has(layout) ? 'Its pieces overlap' : null;
    return { status: 'readable', name, region: new LogicalRegion(name, layout, shared ?? overlaps) };
  });
}

/** The pieces of a volume, one at least, or why it has none that can be read. */
type Layout = readonly [Segment, ...Segment[]] | string;

function layoutOf(
  { group, section }: { group: LvmSection; section: LvmSection },
  physical: readonly PhysicalVolume[],
): Layout {
  try {
    const [first, ...others] = segmentsOf({ group, section }, physical);
    return first ? [first, ...others] : 'It has no pieces';
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return error.message;
  }
}

/** Names of snapshots by the names of what they are of. */
function snapshotsOf(volumes: readonly (readonly [string, LvmSection])[]): ReadonlyMap<LvmValue, string> {
  const found = new Map<LvmValue, string>();
  for (const [name, section] of volumes) {
    for (const [, { values }] of sectionsIn(section)) {
      for (const key of ['origin', 'external_origin']) found.set(values.get(key) ?? '', name);
    }
  }
  return found;
}

/** Why what is written to a volume would change another one, or is not to be written at all; null when it may be. */
function sharedBecause(section: LvmSection, snapshot: string | undefined): string | null {
  const status = section.values.get('status');
  const states: readonly unknown[] = Array.isArray(status) ? status : [];
  if (!states.includes('VISIBLE')) return 'It is a part of another volume';
  if (!states.includes('WRITE')) return 'It is not to be written';
  return snapshot === undefined ? null : `The volume ${printable(snapshot, 80)} is a snapshot of it`;
}

/** Those that have a place which some other piece has too. */
function overlappingLayouts(layouts: readonly Layout[]): ReadonlySet<Layout> {
  const found = new Set<Layout>();
  const byRegion = new Map<ByteRegion, { layout: Layout; from: number; to: number }[]>();
  for (const layout of layouts) {
    for (const { region, physical: from, length } of typeof layout === 'string' ? [] : layout) {
      const pieces = byRegion.get(region) ?? [];
      pieces.push({ layout, from, to: from + length });
      byRegion.set(region, pieces);
    }
  }
  for (const pieces of byRegion.values()) {
    pieces.sort((one, other) => one.from - other.from);
    let last = pieces[0];
    for (const piece of pieces.slice(1)) {
      if (last && piece.from < last.to) found.add(last.layout).add(piece.layout);
      if (!last || piece.to > last.to) last = piece;
    }
  }
  return found;
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

class LogicalRegion extends ByteRegion {
  readonly name: string;
  readonly size: number;
  readonly budget: Budget;
  private readonly segments: readonly Segment[];
  private readonly shared: string | null;

  constructor(name: string, segments: readonly [Segment, ...Segment[]], shared: string | null) {
    super();
    this.name = `volume ${name}`;
    this.segments = segments;
    this.shared = shared;
    this.budget = segments[0].region.budget;
    this.size = Math.max(...segments.map(({ logical, length }) => logical + length));
  }

  async read(offset: number, length: number): Promise<Buffer> {
    assertInside(this, offset, length);
    this.budget.step(1 + this.segments.length);
    const target = Buffer.alloc(length);
    for (const { at, from, to, region } of this.pieces(offset, length))
      (await region.read(at, to - from)).copy(target, from - offset);
    return target;
  }

  onDisk(offset: number, length: number): readonly DiskRange[] {
    assertInside(this, offset, length);
    if (this.shared !== null) throw new Unreadable(this.shared, this.name);
    const pieces = this.pieces(offset, length).sort((one, other) => one.from - other.from);
    const ends = [offset, ...pieces.map(({ to }) => to)];
    const isWhole = ends.at(-1) === offset + length && pieces.every(({ from }, index) => from === ends[index]);
    if (!isWhole) throw new Unreadable('Its pieces do not follow each other', this.name);
    return pieces.flatMap(({ at, from, to, region }) => region.onDisk(at, to - from));
  }

  /** What of a range each segment has, and where in its region that is. */
  private pieces(offset: number, length: number): { at: number; from: number; to: number; region: ByteRegion }[] {
    return this.segments.flatMap(({ logical, length: long, region, physical }) => {
      const [from, to] = [Math.max(offset, logical), Math.min(offset + length, logical + long)];
      return from < to ? [{ at: physical + from - logical, from, to, region }] : [];
    });
  }
}
