import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BufferSource, openOverlay } from '../src/index.ts';
import type { Overlay } from '../src/index.ts';
import { QemuImg } from './qemu-img.ts';

const KIB = 1024;
const MIB = 2 ** 20;
/** No whole number of clusters. */
const SIZE = 9 * MIB + 512;

describe('an overlay that qemu has written', () => {
  let qemu: QemuImg;
  beforeAll(async () => {
    qemu = await QemuImg.open();
  });
  afterAll(() => qemu.close());

  async function opened(...commands: readonly string[]): Promise<Overlay> {
    await qemu.run(`create -q -f qcow2 overlay.qcow2 ${SIZE}`);
    for (const command of commands) await qemu.io('overlay.qcow2', command);
    return openOverlay(new BufferSource(await readFile(qemu.path('overlay.qcow2'))));
  }

  it('has what was written, what was made zero, and nothing else of its own', async () => {
    const overlay = await opened('write -P 7 1M 4k', 'write -z 3M 128k', `write -P 9 ${9 * MIB} 512`);
    expect(overlay.virtualSize).toBe(SIZE);
    expect([...overlay.ownRuns(0, SIZE)]).toEqual([
      { offset: MIB, length: 64 * KIB },
      { offset: 3 * MIB, length: 128 * KIB },
      { offset: 9 * MIB, length: 512 },
    ]);
    expect([...overlay.ownRuns(MIB + 10, 100)]).toEqual([{ offset: MIB + 10, length: 100 }]);
    expect([...overlay.ownRuns(2 * MIB, MIB)]).toEqual([]);
    const expected = Buffer.alloc(SIZE);
    expected.fill(7, MIB, MIB + 4 * KIB).fill(9, 9 * MIB);
    for (const [offset, length] of [
      [0, SIZE],
      [MIB + 4000, 200],
      [9 * MIB - 1, 513],
    ] as const) {
      const target = Buffer.alloc(length, 0xee);
      await overlay.readInto(offset, target);
      expect(target.equals(expected.subarray(offset, offset + length))).toBe(true);
    }
  });

  it('has nothing of its own before its guest writes', async () => {
    const overlay = await opened();
    expect([...overlay.ownRuns(0, SIZE)]).toEqual([]);
  });

  it.each([
    ['is no qcow2 file', Buffer.alloc(MIB), 'image.format_mismatch'],
    ['is empty', Buffer.alloc(0), 'image.format_mismatch'],
  ])('is refused when it %s', async (_, bytes, code) => {
    await expect(openOverlay(new BufferSource(bytes))).rejects.toMatchObject({ code });
  });

  it('is refused when its tables are damaged', async () => {
    await opened('write -P 7 1M 4k');
    const file = await readFile(qemu.path('overlay.qcow2'));
    const l1 = Number(file.readBigUInt64BE(40));
    file.writeBigUInt64BE(2n ** 40n, l1);
    await expect(openOverlay(new BufferSource(file))).rejects.toMatchObject({ code: 'image.offset_out_of_file' });
  });
});
