import { describe, expect, it } from 'vitest';
import { BufferSource, CountingSource, inspectFile, InspectionRefusal, openDisk } from '../index.ts';
import type { ByteSource, SourceFormat } from '../index.ts';
import { HOSTILE_FILES, HOSTILE_WHEN_READ, smallHybridIso, smallIso } from '../testing/index.ts';
import { SMALL_DISK_FILES } from '../testing/small-files.ts';
import { FIELD, SMALL, smallEntry, smallQcow2 } from '../testing/small-qcow2.ts';

async function readAll(bytes: Buffer, declared: SourceFormat): Promise<Buffer> {
  const { reader } = await openDisk(new BufferSource(bytes), declared);
  return reader.read(0, reader.virtualSize);
}

describe('a hostile file is refused by its code', () => {
  it.each(HOSTILE_FILES.filter(({ found }) => found === 'inspecting'))('$name', async ({ bytes, declared, code }) => {
    const refusal = inspectFile(new BufferSource(bytes), declared);
    await expect(refusal).rejects.toBeInstanceOf(InspectionRefusal);
    await expect(refusal).rejects.toMatchObject({ code });
  });

  it.each(HOSTILE_WHEN_READ)('$name', async ({ bytes, declared, code }) => {
    const { reader } = await openDisk(new BufferSource(bytes), declared);
    const refused = { code };
    await expect(reader.read(0, reader.virtualSize)).rejects.toMatchObject(refused);
    const inTurn = async (): Promise<void> => {
      for await (const { index } of reader.clusters({ clusterSize: 2 ** 20 })) expect(index).toBeLessThan(4);
    };
    await expect(inTurn()).rejects.toMatchObject(refused);
  });
});

/** Half a TiB, of which a small file is the beginning and the end. */
class LargeFile implements ByteSource {
  readonly size = 2 ** 39;
  private readonly small: Buffer;

  constructor(small: Buffer) {
    this.small = small;
  }

  read(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(length);
    this.small.subarray(offset, offset + length).copy(bytes);
    const end = this.small.subarray(-Math.min(1536, length));
    if (offset + length === this.size) end.copy(bytes, length - end.length);
    return Promise.resolve(bytes);
  }
}

/** What a header says, and nothing behind it has to be looked at for. */
const IN_HEADERS: ReadonlySet<string> = new Set([
  ...['image.version', 'image.header', 'image.virtual_size', 'image.backing_file', 'image.external_data_file'],
  ...['image.encrypted', 'image.incompatible_features', 'image.compression_type', 'image.log_pending'],
  ...['image.format_mismatch', 'image.format_ambiguous', 'image.format_unsupported'],
]);

it('a hostile header is refused after two reads, however large its file is', async () => {
  let refused = 0;
  for (const { bytes, declared, code } of HOSTILE_FILES.filter((file) => IN_HEADERS.has(file.code))) {
    const source = new CountingSource(new LargeFile(bytes));
    const error: unknown = await inspectFile(source, declared).catch((thrown: unknown) => thrown);
    if (!(error instanceof InspectionRefusal) || error.code !== code) continue; // of its size
    expect(source.reads).toBeLessThanOrEqual(2);
    refused += 1;
  }
  expect(refused).toBeGreaterThan(100);
});

describe('a sound file is opened', () => {
  it.each(SMALL_DISK_FILES)('that is $name', async ({ make, format, content }) => {
    const source = new CountingSource(new BufferSource(make()));
    const { inspection } = await openDisk(source, format);
    expect(inspection).toMatchObject({ format, virtualSize: content().length, warnings: [] });
    expect(inspection.allocatedBytes).toBeLessThanOrEqual(inspection.virtualSize);
    expect(content().equals(await readAll(make(), format))).toBe(true);
  });

  it.each([{}, { compression: 'zstd' }, { version: 2 }] as const)('with %j', async (options) => {
    const file = smallQcow2(options);
    const { inspection } = await openDisk(new BufferSource(file), 'qcow2');
    expect(inspection).toEqual({
      format: 'qcow2',
      virtualSize: SMALL.virtualSize,
      allocatedBytes: 2 * 2 ** 20,
      warnings: [],
    });
  });

  it('with a cluster that is flagged zero and has data', async () => {
    const file = smallQcow2();
    file.writeBigUInt64BE(file.readBigUInt64BE(smallEntry(1)) | 1n, smallEntry(1));
    const disk = await readAll(file, 'qcow2');
    expect(disk.subarray(SMALL.clusterSize, 2 * SMALL.clusterSize).equals(Buffer.alloc(SMALL.clusterSize))).toBe(true);
  });

  it('with a warning when snapshots are left out or it was not closed', async () => {
    const file = smallQcow2();
    file.writeUInt32BE(2, FIELD.snapshots);
    file.writeBigUInt64BE(1n, FIELD.incompatibleFeatures);
    const { inspection } = await openDisk(new BufferSource(file), 'qcow2');
    expect(inspection.warnings).toEqual([
      '2 internal snapshots are left out: the current disk is taken',
      'The image was not closed cleanly: changes in flight at that moment may be missing',
    ]);
  });

  it('in three reads when all its tables stand at the beginning', async () => {
    const source = new CountingSource(new BufferSource(Buffer.concat([smallQcow2(), Buffer.alloc(2 ** 20)])));
    await openDisk(source, 'qcow2');
    expect(source.reads).toBe(3); // the first bytes, the last, the L2 tables
  });

  it.each([
    ['an ISO image', smallIso],
    ['one with partitions', smallHybridIso],
  ])('that is %s, in two reads, and counts as what it is', async (_name, make) => {
    const file = Buffer.concat([make(), Buffer.alloc(2 ** 20)]);
    const source = new CountingSource(new BufferSource(file));
    const found = { virtualSize: file.length, allocatedBytes: file.length, warnings: [] };
    expect(await inspectFile(source, 'iso')).toEqual({ format: 'iso', ...found });
    expect(source.reads).toBe(2);
  });

  it('that is an ISO image with partitions as the disk it is written to, when it is said to be one', async () => {
    const file = smallHybridIso();
    const { inspection } = await openDisk(new BufferSource(file), 'raw');
    expect(inspection).toMatchObject({ format: 'raw', virtualSize: file.length });
    expect(inspection.warnings).toEqual([expect.stringContaining('ISO image')]);
    expect(file.equals(await readAll(file, 'raw'))).toBe(true);
  });

  it('when it is raw, with all of it as work', async () => {
    const file = Buffer.alloc(3 * 2 ** 20 + 512, 'raw');
    const { inspection } = await openDisk(new BufferSource(file), 'raw');
    expect(inspection).toEqual({ format: 'raw', virtualSize: file.length, allocatedBytes: file.length, warnings: [] });
    expect(file.equals(await readAll(file, 'raw'))).toBe(true);
  });
});

describe('the limits of an inspection', () => {
  const limits = { maxVirtualSize: 2 ** 40, maxTableBytes: 2 ** 27, maxHostClusters: 2 ** 27 };
  it.each([
    ['image.virtual_size', { maxVirtualSize: SMALL.virtualSize - 512 }],
    ['image.tables', { maxTableBytes: SMALL.clusterSize }],
    ['image.tables', { maxHostClusters: 5 }],
  ] as const)('refuse with %s at %j', async (code, limit) => {
    const opened = openDisk(new BufferSource(smallQcow2()), 'qcow2', { limits: { ...limits, ...limit } });
    await expect(opened).rejects.toMatchObject({ code });
  });

  it('hold for raw disks', async () => {
    const opened = openDisk(new BufferSource(Buffer.alloc(2 ** 20)), 'raw', {
      limits: { ...limits, maxVirtualSize: 512 },
    });
    await expect(opened).rejects.toMatchObject({ code: 'image.virtual_size' });
  });

  it('hold before a byte of a table is read, however large the file says it is', async () => {
    const file = smallQcow2();
    file.writeBigUInt64BE(2n ** 40n, FIELD.size);
    file.writeUInt32BE(2 ** 19, FIELD.l1Size);
    const source = new CountingSource(new BufferSource(file));
    await expect(openDisk(source, 'qcow2')).rejects.toMatchObject({ code: 'image.offset_out_of_file' });
    expect(source.reads).toBe(1);
  });
});
