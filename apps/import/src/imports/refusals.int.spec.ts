import { gzipSync } from 'node:zlib';
import { ERRORS, isErrorCode } from '@imago/contracts';
import type { SourceFormat } from '@imago/disk-image';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIB, QemuImg, smallDisk } from '../../test/disks.ts';
import { type ImportUnderTest, startImport } from '../../test/import-under-test.ts';
import { importOf } from '../../test/requests.ts';

type Change = Parameters<ImportUnderTest['request']>[1];

/** The bytes with a big-endian number put at an offset. */
function patched(file: Buffer, offset: number, value: bigint, bytes: 4 | 8): Buffer {
  const copy = Buffer.from(file);
  if (bytes === 8) copy.writeBigUInt64BE(value, offset);
  else copy.writeUInt32BE(Number(value), offset);
  return copy;
}

/** Where the first entry of the first L2 table of a qcow2 file is. */
function firstL2Entry(file: Buffer): number {
  const l1Offset = Number(file.readBigUInt64BE(40));
  return Number(file.readBigUInt64BE(l1Offset) & 0x00ff_ffff_ffff_fe00n);
}

describe('an image file that cannot be an image', () => {
  let imports: ImportUnderTest;
  let qemu: QemuImg;
  let qcow2: Buffer;
  let number = 0;

  beforeAll(async () => {
    imports = await startImport();
    qemu = new QemuImg(imports.qemuImg, imports.directory);
    qcow2 = await qemu.toQcow2(smallDisk());
    await imports.hire();
  });

  afterAll(() => imports.close());

  /** Imports a file that must be refused; nothing of it may stay. */
  async function refused(file: Buffer, disk_format: SourceFormat, min_disk = 10, change: Change = {}) {
    const name = `file-${++number}`;
    await imports.files.put(name, file);
    const { facts } = importOf(imports.bucket, name);
    const { id } = await imports.request(name, { disk_format, facts: { ...facts, min_disk }, ...change });
    const last = (await imports.looks.eventsOf(id)).at(-1);
    const { state, phase, error } = await imports.looks.job(id);
    expect(state).toBe('failed');
    expect(last).toMatchObject({ type: 'ImageImportFailed', data: { error: { code: error?.code } } });
    expect(error?.phase).toBe(phase);
    expect(error?.remedy).toBe(isErrorCode(error?.code ?? '') && ERRORS[error?.code as 'internal'].remedy);
    expect(await imports.looks.journalOf(id)).toEqual([]);
    expect(await imports.store.list('images/')).toEqual([]);
    expect(await imports.store.listMultiparts('images/')).toEqual([]);
    await eventually(async () => {
      expect(await imports.store.list('unpacked/')).toEqual([]);
      expect(await imports.store.listMultiparts('unpacked/')).toEqual([]);
    });
    return error;
  }

  it('is refused when it is empty', async () => {
    expect(await refused(Buffer.alloc(0), 'raw')).toMatchObject({ code: 'image.empty', phase: 'admit' });
  });

  it('is refused when it is not what it is declared to be, with both names', async () => {
    const declaredRaw = await refused(qcow2, 'raw');
    expect(declaredRaw).toMatchObject({ code: 'image.format_mismatch', phase: 'inspect' });
    expect(declaredRaw?.message).toMatch(/declared raw, found qcow2/i);
    const declaredQcow2 = await refused(smallDisk(), 'qcow2');
    expect(declaredQcow2).toMatchObject({ code: 'image.format_mismatch' });
    expect(declaredQcow2?.message).toMatch(/declared qcow2, found raw/i);
  });

  it('is refused when it is the text of a VMDK that names another file', async () => {
    const text = '# Disk DescriptorFile\nversion=1\ncreateType="monolithicFlat"\nRW 2048 FLAT "/etc/passwd" 0\n';
    const error = await refused(Buffer.from(text.padEnd(1024, '\n')), 'raw');
    expect(error).toMatchObject({ code: 'image.format_mismatch' });
    expect(error?.message).toMatch(/declared raw, found vmdk/i);
  });

  it('is refused when it depends on another file', async () => {
    const backing = await qemu.write(smallDisk());
    const overlay = await qemu.create('4M', '-b', backing, '-F', 'raw');
    expect(await refused(overlay, 'qcow2')).toMatchObject({ code: 'image.backing_file', details: { offset: 8 } });
    const external = await qemu.create('4M', '-o', `data_file=${await qemu.write(Buffer.alloc(0))},data_file_raw=on`);
    expect(await refused(external, 'qcow2')).toMatchObject({ code: 'image.external_data_file' });
  });

  it('is refused when it is encrypted', async () => {
    expect(await refused(patched(qcow2, 32, 2n, 4), 'qcow2')).toMatchObject({ code: 'image.encrypted' });
  });

  it('is refused when its disk or its tables are absurd', async () => {
    expect(await refused(patched(qcow2, 24, 2n ** 50n, 8), 'qcow2')).toMatchObject({ code: 'image.virtual_size' });
    expect(await refused(patched(qcow2, 36, 2n ** 24n, 4), 'qcow2')).toMatchObject({ code: 'image.tables' });
  });

  it('is refused when it points behind its end', async () => {
    const entry = firstL2Entry(qcow2);
    const beyond = patched(qcow2, entry, (2n ** 63n) | (2n ** 40n), 8);
    expect(await refused(beyond, 'qcow2')).toMatchObject({
      code: 'image.offset_out_of_file',
      details: { offset: entry },
    });
  });

  it('is refused when its end is missing', async () => {
    const cut = await refused(qcow2.subarray(0, qcow2.length - MIB), 'qcow2');
    expect(cut).toMatchObject({ code: 'image.offset_out_of_file' });
    expect(await refused(qcow2.subarray(0, 80), 'qcow2')).toMatchObject({ code: 'image.truncated' });
    expect(await refused(smallDisk().subarray(0, MIB + 100), 'raw')).toMatchObject({ code: 'image.raw_size' });
  });

  it('is refused when a compressed cluster cannot be decoded, with nothing left of what was stored before', async () => {
    const compressed = await qemu.toQcow2(Buffer.alloc(4 * MIB, 'text that compresses well'), '-c');
    const offset = Number(compressed.readBigUInt64BE(firstL2Entry(compressed)) & (2n ** 54n - 1n));
    compressed.fill(0xff, offset, offset + 64);
    expect(await refused(compressed, 'qcow2')).toMatchObject({ code: 'image.data', phase: 'transfer' });
  });

  it('is refused when it is packed and cannot be unpacked, or what it is packed with is not what is declared', async () => {
    const packed = gzipSync(qcow2);
    const of = (bytes: Buffer, change: Change = {}) => refused(bytes, 'qcow2', 10, { compression: 'gzip', ...change });
    expect(await of(packed.subarray(0, -9))).toMatchObject({ code: 'image.unpack_failed', phase: 'unpack' });
    expect(await of(packed, { compression: 'xz' })).toMatchObject({ code: 'image.format_mismatch', phase: 'unpack' });
    expect(await of(qcow2)).toMatchObject({ code: 'image.format_mismatch', phase: 'unpack' });
    expect(await of(packed, { disk_format: 'vmdk' })).toMatchObject({
      code: 'image.format_mismatch',
      phase: 'inspect',
    });
    expect(await of(gzipSync(packed))).toMatchObject({ code: 'image.format_unsupported', phase: 'inspect' });
    const checksum = { algorithm: 'md5', value: 'ab'.repeat(16) } as const;
    expect(await of(packed, { checksum })).toMatchObject({ code: 'import.checksum_mismatch', phase: 'unpack' });
  });

  it('is refused when its disk is larger than the system disk, with the figures', async () => {
    const large = await qemu.create('3G');
    expect(await refused(large, 'qcow2', 2)).toMatchObject({
      code: 'image.disk_too_small',
      phase: 'inspect',
      details: { min_disk: 2, needed_min_disk: 3, virtual_size: (3 * 2 ** 30).toString() },
    });
  });

  it('may have a disk exactly as large as the system disk', async () => {
    await imports.files.put('fits', await qemu.create('1G'));
    const { facts } = importOf(imports.bucket, 'fits');
    const { id } = await imports.request('fits', { disk_format: 'qcow2', facts: { ...facts, min_disk: 1 } });
    expect(await imports.looks.ended(id)).toMatchObject({ state: 'succeeded' });
  });
});
