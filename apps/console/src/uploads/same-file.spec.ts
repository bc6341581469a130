import { expect, it } from 'vitest';
import { differencesOf } from './same-file.ts';

const KNOWN = { name: 'web.qcow2', size: 10, lastModified: 5 };

it.each([
  [KNOWN, []],
  [{ ...KNOWN, name: 'db.qcow2' }, ['name']],
  [{ ...KNOWN, size: 11 }, ['size']],
  [{ ...KNOWN, lastModified: 6 }, ['lastModified']],
  [{ name: 'db.qcow2', size: 11, lastModified: 6 }, ['name', 'size', 'lastModified']],
])('%j is another file by %j', (chosen, differences) => {
  expect(differencesOf(chosen, KNOWN)).toEqual(differences);
});

it('when the file was changed does not count where nobody noted it', () => {
  expect(differencesOf({ ...KNOWN, lastModified: 7 }, { ...KNOWN, lastModified: null })).toEqual([]);
});
