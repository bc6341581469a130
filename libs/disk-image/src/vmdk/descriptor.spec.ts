import { expect, it } from 'vitest';
import { smallDescriptor } from '../testing/small-vmdk.ts';
import { judgeDescriptor } from './descriptor.ts';

const SECTORS = 129;

function judge(extent: string): void {
  const bytes = Buffer.from(smallDescriptor('plain', extent));
  judgeDescriptor(bytes, { start: 512, end: 512 + bytes.length }, { virtualSize: SECTORS * 512, isCompressed: false });
}

it('a line of a descriptor may have spaces between its words, and 1024 characters', () => {
  const spaces = ' '.repeat(900);
  expect(() => {
    judge(`RW ${SECTORS} SPARSE${spaces}"disk.vmdk"`);
  }).not.toThrow();
  expect(() => {
    judge(`RW ${SECTORS} SPARSE "disk.vmdk" ${spaces}x`);
  }).toThrow('not understood');
});

it.each([
  ['an extent', `RW ${SECTORS} SPARSE${' '.repeat(60_000)}x`],
  ['a setting', `RW ${SECTORS} SPARSE "disk.vmdk"\nddb.comment = "${'x'.repeat(1024)}"`],
  ['a comment', `RW ${SECTORS} SPARSE "disk.vmdk"\n#${' '.repeat(1024)}`],
])('a longer line is refused, that is %s', (_, extent) => {
  expect(() => {
    judge(extent);
  }).toThrow('a line of more than 1024 characters');
});
