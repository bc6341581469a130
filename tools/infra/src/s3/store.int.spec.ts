import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HeldDisk } from '../../test/s3/power/held-disk.ts';
import type { Piece, StoredObject } from './state.ts';
import { Store } from './store.ts';

let directory: string;
let disk: HeldDisk;
let store: Store;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'imago-s3-'));
  disk = new HeldDisk();
  store = await Store.open(directory, disk);
  await store.commit({ op: 'create_bucket', bucket: 'b', created: 1 });
});
afterEach(async () => {
  disk.letGo();
  await store.close();
  await rm(directory, { recursive: true });
});

async function stored(text: string): Promise<StoredObject> {
  const { segment, file } = await store.segments.create();
  await file.write([Buffer.from(text)]);
  await file.close();
  const pieces: Piece[] = [{ segment, offset: 0, length: text.length }];
  return { size: text.length, etag: text, modified: 1, pieces, headers: {} };
}

async function bodies(): Promise<string[]> {
  const names = await readdir(join(directory, 'segments'), { recursive: true });
  return names.filter((name) => name.length > 32);
}

it('keeps a replaced body until the replacement is certain, also when its last reader has gone by then', async () => {
  const [first, second] = [await stored('first'), await stored('second')];
  await store.commit({ op: 'put', bucket: 'b', key: 'k', object: first });
  disk.hold();
  let replaced: Promise<void> | undefined;
  await store.using(first.pieces, () => {
    replaced = store.commit({ op: 'put', bucket: 'b', key: 'k', object: second });
    return Promise.resolve();
  });
  expect(await bodies()).toHaveLength(2);
  disk.letGo();
  await replaced;
  expect(await bodies()).toHaveLength(1);
});

it('keeps a body for as long as it is read, however long it has been replaced', async () => {
  const [first, second] = [await stored('first'), await stored('second')];
  await store.commit({ op: 'put', bucket: 'b', key: 'k', object: first });
  await store.using(first.pieces, async () => {
    await store.commit({ op: 'put', bucket: 'b', key: 'k', object: second });
    expect(await bodies()).toHaveLength(2);
  });
  expect(await bodies()).toHaveLength(1);
});

it('lets nobody tell of a change before it is certain', async () => {
  const object = await stored('new');
  const order: string[] = [];
  disk.hold();
  const commit = store.commit({ op: 'put', bucket: 'b', key: 'k', object });
  const told = [store.settled(object), store.settled()].map((each) => each.then(() => order.push('told')));
  await disk.asked();
  order.push('let go');
  disk.letGo();
  await Promise.all([commit, ...told]);
  expect(order).toEqual(['let go', 'told', 'told']);
  await store.settled();
});

it('takes no change and tells none when the journal could not be written, and has the rest', async () => {
  const [kept, lost] = [await stored('kept'), await stored('lost')];
  await store.commit({ op: 'put', bucket: 'b', key: 'kept', object: kept });
  disk.break(new Error('the disk is full'));
  const put = (): Promise<void> => store.commit({ op: 'put', bucket: 'b', key: 'kept', object: lost });
  await expect(put()).rejects.toThrow('The journal could not be written');
  await expect(put()).rejects.toThrow('The journal could not be written');
  await expect(store.settled(lost)).rejects.toThrow('The journal could not be written');
  await expect(store.settled()).rejects.toThrow('The journal could not be written');
  disk.letGo();
  await store.close();
  store = await Store.open(directory, disk);
  expect(store.state.bucket('b').objects.get('kept')?.etag).toMatch(/kept|lost/);
});
