import { expect, it } from 'vitest';
import { changesBetween, type ImageWords } from './edited.ts';

const BEFORE: ImageWords = {
  ...{ name: 'web', description: 'the web', tags: ['a'], min_ram: 0, hw_firmware_type: 'bios', protected: false },
};

it('only what is otherwise is changed', () => {
  expect(changesBetween(BEFORE, { ...BEFORE })).toEqual([]);
  expect(changesBetween(BEFORE, { ...BEFORE, name: 'db', tags: ['a', 'b'] })).toEqual([
    { op: 'add', path: '/name', value: 'db' },
    { op: 'add', path: '/tags', value: ['a', 'b'] },
  ]);
});

it('what is emptied is taken away', () => {
  expect(changesBetween(BEFORE, { ...BEFORE, description: '', hw_firmware_type: '' })).toEqual([
    { op: 'remove', path: '/description' },
    { op: 'remove', path: '/hw_firmware_type' },
  ]);
});
