import type { HeldObject, ShownImage } from '@imago/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { marksOf, requireDataDisk, systemDiskSize } from './image-rules.ts';

const GIB = 2n ** 30n;

function held(bytes: bigint, change: Partial<ShownImage> = {}) {
  const image = { id: 'i', image_type: 'system_disk', min_disk: 0, min_ram: 0, ...change } as ShownImage;
  return { image, object: { virtual_size: bytes.toString() } as HeldObject };
}

const wish = { ram: 1024, system_disk_gib: null };

describe('the system disk of a server', () => {
  it('has room for the content and what the image asks for, and not a GiB more', () => {
    const sizes = fc.tuple(fc.bigInt(1n, 1024n * GIB), fc.integer({ min: 0, max: 1024 }));
    fc.assert(
      fc.property(sizes, ([bytes, min_disk]) => {
        const size = systemDiskSize(held(bytes, { min_disk }), wish);
        expect(BigInt(size) * GIB).toBeGreaterThanOrEqual(bytes);
        expect(size).toBeGreaterThanOrEqual(min_disk);
        const isNeeded = size === min_disk || BigInt(size - 1) * GIB < bytes;
        expect(isNeeded).toBe(true);
      }),
    );
  });

  it('is exactly what is said of it, or is refused with both figures', () => {
    expect(systemDiskSize(held(3n * GIB), { ...wish, system_disk_gib: 3 })).toBe(3);
    for (const asked of [2, 4]) {
      expect(() => systemDiskSize(held(3n * GIB), { ...wish, system_disk_gib: asked })).toThrow(
        expect.objectContaining({ code: 'server.disk_size_mismatch', details: { size_gib: 3, asked_gib: asked } }),
      );
    }
  });

  it('is of an image for these machines, or for whatever machine', () => {
    expect(systemDiskSize(held(GIB, { architecture: 'x86_64' }), wish)).toBe(1);
    expect(() => systemDiskSize(held(GIB, { architecture: 'riscv64' }), wish)).toThrow(
      expect.objectContaining({ code: 'server.image_unusable' }),
    );
  });

  it('is never an ISO image, of whatever kind that is said to be', () => {
    const unusable = expect.objectContaining({
      code: 'server.image_unusable',
      message: expect.stringContaining('ISO') as string,
    }) as Error;
    expect(() => systemDiskSize(held(GIB, { disk_format: 'iso' }), wish)).toThrow(unusable);
    expect(() => {
      requireDataDisk(held(GIB, { disk_format: 'iso', image_type: 'data_disk' }), 3);
    }).toThrow(unusable);
  });

  it('needs as much memory as the image says', () => {
    expect(systemDiskSize(held(GIB, { min_ram: 1024 }), wish)).toBe(1);
    expect(() => systemDiskSize(held(GIB, { min_ram: 1025 }), wish)).toThrow(
      expect.objectContaining({ code: 'server.ram_too_small', details: { min_ram: 1025, ram: 1024 } }),
    );
  });
});

describe('a data disk', () => {
  it('is at least as large as its image', () => {
    const image = held(2n * GIB + 1n, { image_type: 'data_disk' });
    expect(() => {
      requireDataDisk(image, 3);
    }).not.toThrow();
    expect(() => {
      requireDataDisk(image, 2);
    }).toThrow(expect.objectContaining({ code: 'server.disk_too_small' }));
  });
});

it('keeps what an image said of itself, and boots as PCs do where it said nothing', () => {
  const image = { id: 'i', name: null, boot_mode: null } as ShownImage;
  expect(marksOf(image)).toEqual({
    image_id: 'i',
    image_name: null,
    os_distro: null,
    os_version: null,
    boot_mode: 'bios',
  });
});
