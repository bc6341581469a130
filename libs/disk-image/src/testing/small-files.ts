import type { FileFormat, SourceFormat } from '../inspect/declared-format.ts';
import { ISO, smallIso } from './small-iso.ts';
import { smallContent } from './small-disk.ts';
import { SMALL, smallQcow2, smallQcow2Content } from './small-qcow2.ts';
import { sealedVhd, smallFixedVhd, smallVhd, VHD } from './small-vhd.ts';
import { smallVdi, VDI } from './small-vdi.ts';
import { sealedVhdx, smallVhdx, smallVhdxContent, VHDX } from './small-vhdx.ts';
import { smallVmdk, VMDK } from './small-vmdk.ts';

/** A valid small file, and how it may be spoilt. */
export interface SmallFile {
  readonly name: string;
  readonly format: FileFormat;
  readonly make: () => Buffer;
  /** Where it has what matters: offsets and lengths. */
  readonly regions: readonly (readonly [start: number, length: number])[];
  /** Makes the checksums right again, without which nothing else would be looked at. */
  readonly seal?: (file: Buffer) => Buffer;
}

/** One with a disk in it. */
export interface SmallDiskFile extends SmallFile {
  readonly format: SourceFormat;
  readonly content: () => Buffer;
}

const descriptor = [VMDK.descriptor, 220] as const;
const vmdkTables = [[VMDK.directory, 4], [VMDK.table, 68]] as const; // oxfmt-ignore

const qcow2 = {
  format: 'qcow2',
  content: smallQcow2Content,
  regions: [[0, 160], [SMALL.l1, 16], [SMALL.l2[0], 64], [SMALL.l2[1], 16], [SMALL.compressed, 80]], // oxfmt-ignore
} as const;

/** One of each kind with a disk in it. */
export const SMALL_DISK_FILES: readonly SmallDiskFile[] = [
  { ...qcow2, name: 'a qcow2', make: () => smallQcow2() },
  { ...qcow2, name: 'a qcow2 of version 2', make: () => smallQcow2({ version: 2 }) },
  { ...qcow2, name: 'a qcow2 with zstd', make: () => smallQcow2({ compression: 'zstd' }) },
  {
    ...{ name: 'a dynamic VHD', format: 'vhd', make: smallVhd, content: smallContent, seal: sealedVhd },
    regions: [[VHD.footer, 88], [VHD.header, 72], [VHD.table, 72]], // oxfmt-ignore
  },
  {
    ...{ name: 'a fixed VHD', format: 'vhd', make: smallFixedVhd, content: smallContent, seal: sealedVhd },
    regions: [[smallContent().length, 88]],
  },
  {
    ...{ name: 'a VDI', format: 'vdi', make: smallVdi, content: smallContent },
    regions: [[64, 24], [336, 120], [VDI.table, 68]], // oxfmt-ignore
  },
  {
    ...{ name: 'a VMDK', format: 'vmdk', make: () => smallVmdk(), content: smallContent },
    regions: [[0, 80], descriptor, ...vmdkTables],
  },
  {
    ...{
      name: 'a compressed VMDK',
      format: 'vmdk',
      make: () => smallVmdk({ kind: 'compressed' }),
      content: smallContent,
    },
    regions: [[0, 80], descriptor, ...vmdkTables, [VMDK.grains, 80]],
  },
  {
    name: 'a VMDK whose directory is at its end',
    ...{ format: 'vmdk', make: () => smallVmdk({ kind: 'at-end' }), content: smallContent },
    regions: [[0, 80], ...vmdkTables, [smallVmdk({ kind: 'at-end' }).length - 1536, 1104]],
  },
  {
    ...{ name: 'a VHDX', format: 'vhdx', make: smallVhdx, content: smallVhdxContent, seal: sealedVhdx },
    regions: [
      ...VHDX.headers.map((at) => [at, 80] as const),
      ...VHDX.regions.map((at) => [at, 80] as const),
      ...[[VHDX.metadata, 200] as const, [VHDX.values, 48] as const, [VHDX.table, 24] as const],
    ],
  },
];

const ISO_DESCRIPTORS = [ISO.primary, ISO.boot, ISO.joliet, ISO.end];

/** One of each kind. */
export const SMALL_FILES: readonly SmallFile[] = [
  ...SMALL_DISK_FILES,
  {
    ...{ name: 'an ISO image', format: 'iso', make: smallIso },
    regions: [[0, 80], [440, 80], ...ISO_DESCRIPTORS.map((at) => [at, 190] as const)],
  },
];
