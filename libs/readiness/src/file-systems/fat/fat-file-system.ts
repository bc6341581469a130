import type { ByteRegion } from '../../disk/byte-region.ts';
import { Unreadable } from '../../disk/unreadable.ts';
import { ExtentList, type FileExtent, type FileNode, type FileSystem } from '../file-system.ts';
import { FatFile } from './fat-file.ts';

const MOST_CLUSTERS_READ = 65_536;

interface FatLayout {
  readonly type: 'fat12' | 'fat16' | 'fat32';
  readonly clusterSize: number;
  /** Bytes from the start of the region. */
  readonly tableAt: number;
  readonly rootAt: number;
  readonly rootSize: number;
  readonly dataAt: number;
  readonly clusters: number;
  /** Of FAT32, whose root is a file like any other. */
  readonly rootCluster: number;
  readonly uuid: string;
  readonly label: string | null;
}

/** FAT12, FAT16 and FAT32: what an EFI system partition has. */
export class FatFileSystem implements FileSystem {
  readonly caseless = true;
  readonly region: ByteRegion;
  private readonly layout: FatLayout;

  private constructor(region: ByteRegion, layout: FatLayout) {
    this.region = region;
    this.layout = layout;
  }

  static async open(region: ByteRegion): Promise<FatFileSystem | null> {
    if (region.size < 8192) return null;
    const layout = layoutOf(await region.read(0, 512));
    return layout && new FatFileSystem(region, layout);
  }

  get type(): FatLayout['type'] {
    return this.layout.type;
  }

  get uuid(): string {
    return this.layout.uuid;
  }

  get label(): string | null {
    return this.layout.label;
  }

  async root(): Promise<FileNode> {
    const { type, rootAt, rootSize, rootCluster } = this.layout;
    if (type === 'fat32') return FatFile.directory(this, rootCluster);
    const extents = [{ logical: 0, length: rootSize, physical: rootAt }];
    return Promise.resolve(FatFile.fixedDirectory(this, extents));
  }

  async roots(): Promise<FileNode[]> {
    return [await this.root()];
  }

  /** Where the clusters of a chain are. A chain has no more of them than the file system, so that a circle ends. */
  async chain(first: number): Promise<readonly FileExtent[]> {
    const { clusterSize, clusters, dataAt } = this.layout;
    const found = new ExtentList(this.region);
    const most = Math.min(clusters, MOST_CLUSTERS_READ);
    let cluster = first;
    for (let index = 0; cluster >= 2 && cluster < clusters + 2; index += 1) {
      if (index >= most) throw new Unreadable('A chain of clusters goes in circles', this.region.name);
      found.add({ logical: index * clusterSize, length: clusterSize, physical: dataAt + (cluster - 2) * clusterSize });
      cluster = await this.next(cluster);
    }
    return found.sorted();
  }

  private async next(cluster: number): Promise<number> {
    const { type, tableAt } = this.layout;
    if (type === 'fat32') return (await this.region.read(tableAt + cluster * 4, 4)).readUInt32LE(0) & 0x0fffffff;
    if (type === 'fat16') return (await this.region.read(tableAt + cluster * 2, 2)).readUInt16LE(0);
    const pair = (await this.region.read(tableAt + Math.floor(cluster * 1.5), 2)).readUInt16LE(0);
    return cluster % 2 === 0 ? pair & 0xfff : pair >>> 4;
  }
}

/** Null when the sector is of no FAT. The kinds differ by how many clusters there are, and by nothing else. */
function layoutOf(boot: Buffer): FatLayout | null {
  const [bytes, perCluster, reserved, tables] = [
    boot.readUInt16LE(11),
    boot.readUInt8(13),
    boot.readUInt16LE(14),
    boot.readUInt8(16),
  ];
  const rootSize = boot.readUInt16LE(17) * 32;
  const sectors = boot.readUInt16LE(19) || boot.readUInt32LE(32);
  const perTable = boot.readUInt16LE(22) || boot.readUInt32LE(36);
  const isPower = (value: number): boolean => value > 0 && (value & (value - 1)) === 0;
  const isJump = boot[0] === 0xeb || boot[0] === 0xe9;
  const sane = isPower(bytes) && bytes >= 512 && bytes <= 4096 && isPower(perCluster) && reserved > 0;
  if (boot.readUInt16LE(510) !== 0xaa55 || !isJump || !sane || tables < 1 || tables > 2 || perTable === 0) return null;
  const rootAt = (reserved + tables * perTable) * bytes;
  const dataAt = rootAt + Math.ceil(rootSize / bytes) * bytes;
  const clusters = Math.floor((sectors * bytes - dataAt) / (perCluster * bytes));
  if (clusters < 1) return null;
  const type = clusters < 4085 ? 'fat12' : clusters < 65_525 ? 'fat16' : 'fat32';
  const extended = type === 'fat32' ? 64 : 36;
  const label = boot.toString('latin1', extended + 7, extended + 18).trim();
  return {
    type,
    clusterSize: perCluster * bytes,
    tableAt: reserved * bytes,
    rootAt,
    rootSize,
    dataAt,
    clusters,
    rootCluster: boot.readUInt32LE(44),
    uuid: serialText(boot.readUInt32LE(extended + 3)),
    label: label === '' || label === 'NO NAME' ? null : label,
  };
}

function serialText(serial: number): string {
  const digits = serial.toString(16).toUpperCase().padStart(8, '0');
  return `${digits.slice(0, 4)}-${digits.slice(4)}`;
}
