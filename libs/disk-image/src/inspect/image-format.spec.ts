import { describe, expect, it } from 'vitest';
import { detectFormats } from './image-format.ts';

const SIZE = 2 ** 18;

/** A file with bytes at one place; negative from its end. */
function file(offset: number, bytes: string): [head: Buffer, tail: Buffer] {
  const content = Buffer.alloc(SIZE);
  content.write(bytes, offset < 0 ? SIZE + offset : offset, 'latin1');
  return [content, content.subarray(-512)];
}

describe('the format of a file', () => {
  it.each([
    ['qcow2', 0, 'QFI\xfb\0\0\0\x02'],
    ['qcow2', 0, 'QFI\xfb\0\0\0\x03'],
    ['qcow2', 0, 'QFI\xfb\0\0\0\x04'],
    ['qcow', 0, 'QFI\xfb\0\0\0\x01'],
    ['qed', 0, 'QED\0'],
    ['vmdk', 0, 'KDMV'],
    ['vmdk', 0, 'COWD'],
    ['vmdk', 0, '# Disk DescriptorFile\nversion=1\n'],
    ['vmdk', 0, '# Disk DescriptorFile\r\n'],
    ['vmdk', 0, '#x\n   \n\nversion=2\n'],
    ['vmdk', 0, 'version=1\n'],
    ['vhd', 0, 'conectix'],
    ['vhd', -512, 'conectix'],
    ['vhd', -511, 'conectix'],
    ['vhdx', 0, 'vhdxfile'],
    ['vdi', 64, '\x7f\x10\xda\xbe'],
    ['luks', 0, 'LUKS\xba\xbe'],
    ['iso', 32_769, 'CD001'],
    ['parallels', 0, 'WithoutFreeSpace'],
    ['dmg', -512, 'koly'],
    ['gzip', 0, '\x1f\x8b\x08'],
    ['xz', 0, '\xfd7zXZ\0'],
    ['zstd', 0, '\x28\xb5\x2f\xfd'],
    ['zip', 0, 'PK\x03\x04'],
    ['tar', 257, 'ustar'],
  ])('%s is known by its mark at %i', (format, offset, bytes) => {
    expect(detectFormats(...file(offset, bytes))).toEqual([format]);
  });

  it.each([
    ['zeros', 0, ''],
    ['a boot sector', 0, '\xeb\x63\x90\x10\x8e\xd0\xbc\0\xb0'],
    ['a GPT', 512, 'EFI PART'],
    ['an ext4 file system', 1080, '\x53\xef'],
    ['text that is no descriptor', 0, '# notes\nthe version=1 of it\n'],
  ])('none is seen in %s', (_name, offset, bytes) => {
    expect(detectFormats(...file(offset, bytes))).toEqual([]);
  });

  it('two are seen where two are', () => {
    const [head] = file(0, 'QFI\xfb\0\0\0\x03');
    const [, tail] = file(-512, 'conectix');
    expect(detectFormats(head, tail).toSorted()).toEqual(['qcow2', 'vhd']);
  });

  it('is told of a file of a few bytes too', () => {
    expect(detectFormats(Buffer.from('QFI'), Buffer.from('QFI'))).toEqual([]);
    expect(detectFormats(Buffer.from('KDMV'), Buffer.from('KDMV'))).toEqual(['vmdk']);
  });
});
