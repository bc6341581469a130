import { tinyDisk } from '@imago/readiness/testing';
import { describe, expect, it } from 'vitest';
import { type FileJudge, ScannerDiedError, type Verdict } from '../scanner/file-judge.ts';
import { Found } from './found.ts';
import { scanDisk } from './scan-disk.ts';

const FILES = { 'etc/os-release': 'ID=debian\n', 'root/.bash_history': 'ls\n', 'srv/deadly': 'boom' };

/** A scanner that reads what it is given, and then does as it is told. */
function judgeWith(verdict: (content: string) => Verdict): FileJudge {
  return {
    judge: async (chunks) => {
      const read: Buffer[] = [];
      for await (const chunk of chunks) read.push(chunk);
      return verdict(Buffer.concat(read).toString());
    },
  };
}

/** What a scan of the files by this scanner finds. */
async function found(verdict: (content: string) => Verdict, files = FILES): Promise<ReturnType<Found['told']>> {
  const bytes = tinyDisk(files);
  const disk = {
    virtualSize: bytes.length,
    read: (offset: number, length: number) => Promise.resolve(Buffer.from(bytes.subarray(offset, offset + length))),
  };
  const all = new Found();
  const { signal } = new AbortController();
  const judge = () => Promise.resolve(judgeWith(verdict));
  await scanDisk(disk, { judge, found: all, prefix: '', fileBytes: 2 ** 20, signal, moved: () => undefined });
  return all.told();
}

const clean = { type: 'clean' } as const;

/** Dies over the deadly file, so many times. */
function dying(times: number): (content: string) => Verdict {
  let left = times;
  return (content) => {
    if (content === 'boom' && left-- > 0) throw new ScannerDiedError('it exploded');
    return clean;
  };
}

describe('a scan of a disk', () => {
  it('gives a file that the scanner died of to another one', async () => {
    expect(await found(dying(1))).toMatchObject({ files: 3, gap_count: 0 });
  });

  it('tells of a file that two scanners died of, and goes on', async () => {
    const told = await found(dying(2));
    expect(told).toMatchObject({
      files: 3,
      gaps: [{ code: 'scanner_failed', where: 'the disk', path: '/srv/deadly' }],
    });
  });

  it('tells of what the scanner could not judge, or not in full', async () => {
    const told = await found((content) => ({ type: content === 'boom' ? 'failed' : 'limits' }));
    expect(told.gaps.map(({ code, path }) => `${code} ${path ?? ''}`).sort()).toEqual([
      'archive_limits /etc/os-release',
      'archive_limits /root/.bash_history',
      'scanner_failed /srv/deadly',
    ]);
  });

  it('names secrets once, also those in a file that was scanned twice', async () => {
    const files = { ...FILES, 'srv/deadly': 'boom', 'root/.zsh_history': 'boom' };
    const told = await found(dying(1), files);
    expect(told.secrets.map(({ path }) => path).sort()).toEqual(['/root/.bash_history', '/root/.zsh_history']);
  });

  it('counts more findings than it names', async () => {
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`d${index % 4}/file-${index}`, 'x']));
    const told = await found(() => ({ type: 'malware', signature: 'Test' }), files as typeof FILES);
    expect(told.malware_count).toBe(20);
    expect(new Set(told.malware.map(({ path }) => path)).size).toBe(20);
  });

  it('ends with what the source and the signal say', async () => {
    const { signal } = new AbortController();
    const judge = () => Promise.resolve(judgeWith(() => clean));
    const away = { virtualSize: 2 ** 20, read: () => Promise.reject(new Error('the store is away')) };
    const scan = scanDisk(away, {
      judge,
      found: new Found(),
      prefix: '',
      fileBytes: 1,
      signal,
      moved: () => undefined,
    });
    await expect(scan).rejects.toMatchObject({ name: 'SourceFailure' });
  });
});
