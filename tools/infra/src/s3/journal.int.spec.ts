import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalDisk } from './local-disk.ts';
import { Store } from './store.ts';

const HEADERS = { 'content-type': 'text/plain' };
const disk = new LocalDisk({ durable: true });

let directory: string;
let journal: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'imago-s3-'));
  journal = join(directory, 'journal.jsonl');
});
afterEach(() => rm(directory, { recursive: true }));

async function withStore<T>(use: (store: Store) => T | Promise<T>): Promise<T> {
  const store = await Store.open(directory, disk);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

async function putAll(store: Store, keys: readonly string[], modified = 1): Promise<void> {
  if (!store.state.buckets.has('b')) await store.commit({ op: 'create_bucket', bucket: 'b', created: 1 });
  const object = { size: 0, etag: 'e', modified, pieces: [], headers: HEADERS };
  await Promise.all(keys.map((key) => store.commit({ op: 'put', bucket: 'b', key, object })));
}

function keysOf(store: Store): string[] {
  return [...store.state.bucket('b').objects.keys()].sort();
}

describe('the journal', () => {
  it('leads to the same objects at the next start', async () => {
    await withStore((store) => putAll(store, ['a', 'b']));
    await withStore((store) => store.commit({ op: 'delete', bucket: 'b', key: 'a' }));
    expect(await withStore(keysOf)).toEqual(['b']);
  });

  it.each(['{"op":"put","bucket":"b","ke', '{"op":"put"', '\n', 'garbage\n', '\u0000\u0000\u0000'])(
    'loses only the line that a crash has torn: %j',
    async (torn) => {
      await withStore((store) => putAll(store, ['a']));
      await appendFile(journal, torn);
      await withStore((store) => putAll(store, ['b']));
      expect(await withStore(keysOf)).toEqual(['a', 'b']);
    },
  );

  it('loses all of its last line, or nothing, whatever part of it has come to the disk', async () => {
    await withStore((store) => putAll(store, ['a']));
    const certain = (await readFile(journal)).length;
    await withStore((store) => putAll(store, ['b', 'c']));
    const whole = await readFile(journal);
    for (let lost = certain; lost < whole.length; lost += 29) {
      const torn = Buffer.from(whole).fill(0, lost, Math.min(lost + 40, whole.length));
      await writeFile(journal, torn);
      expect(await withStore(keysOf)).toEqual(['a']);
    }
  });

  it.each([
    ['is broken', (text: string) => text.replace('"op":"put"', '"op":"p')],
    ['has another letter', (text: string) => text.replace('"key":"a"', '"key":"z"')],
  ])('that %s before its last line is left alone, and no start is made of it', async (_damage, spoil) => {
    await withStore(async (store) => {
      await putAll(store, ['a']);
      await putAll(store, ['b']);
    });
    const text = await readFile(journal, 'utf8');
    const damaged = spoil(text);
    await writeFile(journal, damaged);
    await expect(Store.open(directory, disk)).rejects.toThrow(/journal\.jsonl is damaged at byte \d+/);
    expect(await readFile(journal, 'utf8')).toBe(damaged);
  });

  it('of the first servers is read, and continued', async () => {
    const object = { size: 0, etag: 'e', modified: 1, pieces: [], headers: HEADERS };
    const records = [
      { op: 'create_bucket', bucket: 'b', created: 1 },
      { op: 'put', bucket: 'b', key: 'old', object },
    ];
    await writeFile(journal, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    await withStore((store) => putAll(store, ['new']));
    expect(await withStore(keysOf)).toEqual(['new', 'old']);
  });

  it('that was being rewritten is left as it was, and the draft is removed', async () => {
    await withStore((store) => putAll(store, ['a']));
    await writeFile(`${journal}.new`, '12345678 [{"op":"delete_b');
    expect(await withStore(keysOf)).toEqual(['a']);
    expect(await readdir(directory)).not.toContain('journal.jsonl.new');
  });

  it('forgets history at a start, and no object with it', async () => {
    const keys = Array.from({ length: 100 }, (_, n) => `k${n}`);
    await withStore(async (store) => {
      for (let round = 0; round < 30; round += 1) await putAll(store, keys, round);
    });
    await withStore(() => undefined);
    expect((await readFile(journal, 'utf8')).split('\n').length).toBeLessThan(110);
    const objects = await withStore((store) => [...store.state.bucket('b').objects]);
    expect(objects.map(([key, { modified }]) => [key, modified])).toEqual(keys.map((key) => [key, 29]));
  });
});

describe('the data directory', () => {
  it('belongs to one server at a time', async () => {
    await withStore(async () => {
      await expect(Store.open(directory, disk)).rejects.toThrow('already serves this directory');
    });
    await withStore(() => undefined);
  });

  it('is taken over from a process that is dead, also when its id is in use again', async () => {
    await writeFile(join(directory, 'lock'), JSON.stringify({ pid: process.pid, started: '1' }));
    await withStore(() => undefined);
    await writeFile(join(directory, 'lock'), '{"pid":');
    await withStore(() => undefined);
  });
});
