import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RecordedDisk } from '../../test/s3/power/recorded-disk.ts';
import { serveOn } from '../../test/s3/power/serve-on.ts';
import { findProgram } from '../programs.ts';
import { providedOrTold } from '../provided-or-told.ts';
import { ProvisionError } from '../provision-error.ts';
import { runCommand } from '../run-command.ts';
import { LocalDisk } from './local-disk.ts';
import { rewriteJournal } from './journal.ts';

const Bucket = 'order';
const Key = 'k';

const NEW_BODY = ['make_directory data/folder', 'create data/body', 'write data/body'];
const BODY_SYNCS = ['sync data/body', 'sync_directory data/folder'];
const COMMIT = ['write data/journal.jsonl', 'sync data/journal.jsonl'];

let disk: RecordedDisk;
let s3: S3Client;
let stop: () => Promise<void>;

beforeEach(async () => {
  disk = await RecordedDisk.of(await mkdtemp(join(tmpdir(), 'imago-s3-')), () => 0);
  ({ s3, stop } = await serveOn(join(disk.directory, 'data'), disk));
  await s3.send(new CreateBucketCommand({ Bucket }));
});
afterEach(async () => {
  await stop();
  await rm(disk.directory, { recursive: true });
});

/** What had been done to the disk, and had ended, before the answer. New folders are chance: they are left out. */
async function doneBeforeAnswer(request: () => Promise<unknown>): Promise<string[]> {
  const since = disk.tick();
  await request();
  const answered = disk.tick();
  const done = disk.events.filter(({ begun, ended }) => begun > since && ended < answered);
  expect(disk.events.filter(({ begun, ended }) => begun > since && ended > answered)).toEqual([]);
  return done.map((event) => disk.words(event)).filter((words) => words !== NEW_BODY[0]);
}

const put = (Body: string) => (): Promise<unknown> => s3.send(new PutObjectCommand({ Bucket, Key, Body }));

it('a body and its name are on the disk before the journal names it, and the journal is before the answer', async () => {
  expect(await doneBeforeAnswer(put('one'))).toEqual([...NEW_BODY.slice(1), ...BODY_SYNCS, ...COMMIT]);
  const since = disk.tick();
  await put('two')();
  const at = (words: string): { begun: number; ended: number } | undefined =>
    disk.events.find((event) => event.begun > since && disk.words(event) === words);
  for (const sync of BODY_SYNCS) expect(at(sync)?.ended).toBeLessThan(at('write data/journal.jsonl')?.begun ?? 0);
});

it('what is replaced or deleted is removed only when the journal is on the disk', async () => {
  await put('one')();
  const replaced = await doneBeforeAnswer(put('two'));
  expect(replaced).toEqual([...NEW_BODY.slice(1), ...BODY_SYNCS, ...COMMIT, 'remove data/body']);
  const deleted = await doneBeforeAnswer(() => s3.send(new DeleteObjectCommand({ Bucket, Key })));
  expect(deleted).toEqual([...COMMIT, 'remove data/body']);
});

it('a part is as certain as an object, and to complete or to abort is one line of the journal', async () => {
  let UploadId: string | undefined;
  const target = (): { Bucket: string; Key: string; UploadId: string | undefined } => ({ Bucket, Key, UploadId });
  const begin = async (): Promise<void> => {
    ({ UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key })));
  };
  let ETag: string | undefined;
  const part = async (): Promise<void> => {
    ({ ETag } = await s3.send(new UploadPartCommand({ ...target(), PartNumber: 1, Body: 'part' })));
  };
  expect(await doneBeforeAnswer(begin)).toEqual(COMMIT);
  expect(await doneBeforeAnswer(part)).toEqual([...NEW_BODY.slice(1), ...BODY_SYNCS, ...COMMIT]);
  const complete = (): Promise<unknown> => {
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    return s3.send(new CompleteMultipartUploadCommand({ ...target(), MultipartUpload }));
  };
  expect(await doneBeforeAnswer(complete)).toEqual(COMMIT);
  await begin();
  await part();
  const abort = (): Promise<unknown> => s3.send(new AbortMultipartUploadCommand(target()));
  expect(await doneBeforeAnswer(abort)).toEqual([...COMMIT, 'remove data/body']);
});

it('a refused body leaves nothing and costs no line of the journal', async () => {
  const refused = put('body')().then(() =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body: 'other', ContentMD5: 'A'.repeat(22) + '==' })),
  );
  await expect(refused).rejects.toThrow();
  const last = disk.events.slice(-2).map((event) => disk.words(event));
  expect(last).toEqual(['write data/body', 'remove data/body']);
});

it('a rewritten journal is on the disk before it takes the place of the old one, and its name after that', async () => {
  const since = disk.tick();
  const path = join(disk.directory, 'data/other.jsonl');
  await rewriteJournal(path, disk, [{ op: 'delete_bucket', bucket: 'x' }]);
  const words = disk.events.filter(({ begun }) => begun > since).map((event) => disk.words(event));
  expect(words.slice(1)).toEqual([
    'write data/other.jsonl.new',
    'sync data/other.jsonl.new',
    'rename data/other.jsonl.new data/other.jsonl',
    'sync_directory data',
  ]);
});

it('a directory that is made is certain, with all above it that were made', async () => {
  const synced: string[] = [];
  class Watched extends LocalDisk {
    override syncDirectory(path: string): Promise<void> {
      synced.push(path);
      return super.syncDirectory(path);
    }
  }
  const top = join(disk.directory, 'one');
  await new Watched({ durable: true }).makeDirectory(join(top, 'two/three'));
  expect(synced).toEqual([join(top, 'two'), top, disk.directory]);
});

const strace = await providedOrTold('the calls by which the kernel is told to sync', straceProgram);

it.skipIf(strace === null)('a sync is one in the eyes of the kernel, of the file and of the directory', async () => {
  const [script, calls] = [join(disk.directory, 'sync.ts'), join(disk.directory, 'calls')];
  const module = JSON.stringify(join(import.meta.dirname, 'local-disk.ts'));
  const lines = [
    `import { LocalDisk } from ${module};`,
    'const disk = new LocalDisk({ durable: process.argv[3] === "true" });',
    'const file = await disk.create(process.argv[2] + "/body");',
    'await file.write([Buffer.from("bytes")]);',
    'await file.sync();',
    'await disk.syncDirectory(process.argv[2]);',
  ];
  await writeFile(script, lines.join('\n'));
  const syncs = async (name: string, durable: boolean): Promise<string[]> => {
    const place = join(disk.directory, name);
    await mkdir(place);
    const traced = ['-f', '-qq', '-y', '-e', 'trace=fsync,fdatasync', '-o', calls];
    const program = [process.execPath, '--no-warnings', script, place, String(durable)];
    await runCommand(strace ?? '', [...traced, ...program], { signal: AbortSignal.timeout(60_000) });
    const text = await readFile(calls, 'utf8');
    return [...text.matchAll(/(f\w*sync)\(\d+<([^>]*)>/g)].map(
      ([, call, path = '']) => `${call} ${path.slice(place.length)}`,
    );
  };
  expect(await syncs('durable', true)).toEqual(['fdatasync /body', 'fsync ']);
  expect(await syncs('fast', false)).toEqual([]);
});

async function straceProgram(): Promise<string> {
  const found = await findProgram('strace');
  if (found === undefined) throw new ProvisionError('There is no strace here.', 'Install strace.');
  return found;
}
