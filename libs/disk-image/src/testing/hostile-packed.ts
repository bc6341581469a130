import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { InspectionCode } from '../inspection-refusal.ts';
import type { Compression } from '../packed/unpack.ts';
import { smallQcow2 } from './small-qcow2.ts';

/** What Node cannot pack, packed by xz. */
export const XZ_SAMPLE = {
  packed: Buffer.from(
    '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4Cu/AEtdADCICmcTlgJTNIxRkwDiKkJ1+XoEIO0vxyXt8tsgCnYzTLJwR4Lr0pNCIOXH6wT6MhLzVRZjjB6CJTe0VPjQ9xP7qVgJzAnedRLLAAAANRHv/LET+QUAAWfAVwAAAP80a2mxxGf7AgAAAAAEWVo=',
    'base64',
  ),
  content: Buffer.from('a small disk, packed by xz; '.repeat(400)),
};

/** A few bytes that want 1.5 GiB of memory to be unpacked, packed by `xz --lzma2=dict=1536MiB`. */
const XZ_GREEDY = Buffer.from(
  '/Td6WFoAAATm1rRGAgAhASUAAAA7eHtBAQAEc21hbGwAAAAAPG+8dMV0EoQAAR0FuC2Arx+2830BAAAAAARZWg==',
  'base64',
);

/** A packed file that must be refused. */
export interface HostilePacked {
  readonly name: string;
  readonly compression: Compression;
  readonly bytes: Buffer;
  readonly mostBytes: number;
  readonly code: InspectionCode;
}

const MIB = 2 ** 20;
const SAMPLES: Readonly<Record<Compression, Buffer>> = {
  gzip: gzipSync(smallQcow2()),
  xz: XZ_SAMPLE.packed,
  zstd: zstdCompressSync(smallQcow2()),
};
const MARKS: Readonly<Record<Compression, number>> = { gzip: 10, xz: 12, zstd: 5 };

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x10;
  return copy;
}

function vhdFooter(): Buffer {
  const footer = Buffer.alloc(512);
  footer.write('conectix', 0, 'latin1');
  return footer;
}

/** What is wrong with each of the three alike. */
const ALIKE = (['gzip', 'xz', 'zstd'] as const).flatMap((compression): HostilePacked[] => {
  const sample = SAMPLES[compression];
  const damaged = (name: string, bytes: Buffer, code: InspectionCode = 'image.unpack_failed'): HostilePacked => ({
    ...{ name: `${compression} ${name}`, compression, bytes, code, mostBytes: 2 ** 30 },
  });
  return [
    damaged('without its last byte', sample.subarray(0, -1)),
    damaged('without its second half', sample.subarray(0, sample.length / 2)),
    damaged('that is its mark', sample.subarray(0, MARKS[compression])),
    damaged('with garbage in it', Buffer.concat([sample.subarray(0, MARKS[compression]), Buffer.alloc(900, 0xff)])),
    damaged('with garbage behind it', Buffer.concat([sample, Buffer.alloc(100, 7)])),
    damaged('with the footer of a VHD', Buffer.concat([sample, vhdFooter()]), 'image.format_ambiguous'),
    damaged('that is none', smallQcow2(), 'image.format_mismatch'),
    damaged('of nothing', Buffer.alloc(0), 'image.empty'),
    { ...damaged('that is too large', sample, 'image.unpacked_too_large'), mostBytes: 4096 },
  ];
});

const bomb = (compression: Compression, bytes: Buffer): HostilePacked => ({
  ...{ name: `a bomb of ${compression}`, compression, bytes, mostBytes: MIB, code: 'image.unpacked_too_large' },
});

function hugeWindow(): Buffer {
  const frame = Buffer.concat([Buffer.from('28b52ffd00a8', 'hex'), Buffer.alloc(3), Buffer.alloc(4096, 'x')]);
  frame.writeUIntLE((4096 << 3) | 1, 6, 3);
  return frame;
}

const failing = (name: string, compression: Compression, bytes: Buffer): HostilePacked => ({
  ...{ name, compression, bytes, mostBytes: 2 ** 30, code: 'image.unpack_failed' },
});

/** Every packed file we know that must be refused; what is in the others may be hostile, too. */
export const HOSTILE_PACKED: readonly HostilePacked[] = [
  ...ALIKE,
  bomb('gzip', gzipSync(Buffer.alloc(64 * MIB))),
  bomb('zstd', zstdCompressSync(Buffer.alloc(64 * MIB))),
  bomb('xz', Buffer.concat(Array.from({ length: 1000 }, () => XZ_SAMPLE.packed))),
  failing('gzip with a wrong checksum', 'gzip', flipped(SAMPLES.gzip, SAMPLES.gzip.length - 6)),
  failing('gzip that goes on behind zeros', 'gzip', Buffer.concat([SAMPLES.gzip, Buffer.alloc(100), SAMPLES.gzip])),
  failing(
    'gzip that goes on far behind zeros',
    'gzip',
    Buffer.concat([SAMPLES.gzip, Buffer.alloc(9 * MIB), SAMPLES.gzip]),
  ),
  failing('xz with a wrong checksum', 'xz', flipped(SAMPLES.xz, SAMPLES.xz.length - 40)),
  failing('zstd of two frames, of which one would be lost', 'zstd', Buffer.concat([SAMPLES.zstd, SAMPLES.zstd])),
  failing('zstd with a window of 2 GiB', 'zstd', hugeWindow()),
  failing('xz with a window of 1.5 GiB', 'xz', XZ_GREEDY),
];
