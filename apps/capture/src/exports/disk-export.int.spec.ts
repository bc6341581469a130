import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { refusal } from '@imago/contracts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answerRange, type ExportCall, ServerExports } from '../../test/server-exports.ts';
import { DiskExport } from './disk-export.ts';
import type { ExportAccess } from './export-request.ts';

const KIB = 1024;

describe('a locked disk that is read over HTTP', () => {
  const content = randomBytes(300 * KIB);
  const signal = new AbortController().signal;
  let exports: ServerExports;
  let exported: DiskExport;
  let looks: number;
  let lookAgain: () => Promise<ExportAccess>;

  /** Where the disk is now. */
  const access = (token = 'right'): ExportAccess => ({
    url: exports.give('disk', { token, content, changed: [{ offset: 0, length: 512 }] }),
    token,
  });

  beforeAll(async () => {
    exports = await ServerExports.open();
  });

  beforeEach(() => {
    looks = 0;
    lookAgain = () => Promise.resolve(access());
    exported = open(access());
  });

  afterEach(() => {
    exported.close();
    exports.misbehaves = () => false;
  });

  afterAll(() => exports.close());

  function open(at: ExportAccess): DiskExport {
    const look = (): Promise<ExportAccess> => {
      looks += 1;
      return lookAgain();
    };
    return new DiskExport({ size: content.length, access: at, lookAgain: look, patience: 200 });
  }

  async function read(offset = 0, length = content.length): Promise<Buffer> {
    const target = Buffer.alloc(length);
    await exported.readInto(offset, target, signal);
    return target;
  }

  /** Misbehaves with the first calls, so many of them, and is good then. */
  function atFirst(count: number, misbehave: (response: ServerResponse, call: ExportCall) => void): void {
    let calls = 0;
    exports.misbehaves = (call, response) => {
      if (++calls > count) return false;
      misbehave(response, call);
      return true;
    };
  }

  const always = Infinity;
  const expectContent = async (): Promise<void> => {
    expect((await read()).equals(content)).toBe(true);
  };

  it('gives the range that is asked for', async () => {
    expect((await read(100, 5000)).equals(content.subarray(100, 5100))).toBe(true);
    expect(looks).toBe(0);
  });

  it('gives the runs that were written', async () => {
    expect(await exported.map(signal)).toEqual([{ offset: 0, length: 512 }]);
  });

  it('is gone on with where an answer was cut short', async () => {
    const offsets: number[] = [];
    atFirst(2, (response, { offset, length }) => {
      offsets.push(offset);
      answerRange(response, { content: content.subarray(0, offset + 100 * KIB) }, { offset, length });
    });
    await expectContent();
    expect(offsets).toEqual([0, 100 * KIB]);
  });

  it('is gone on with where the connection broke', async () => {
    atFirst(1, (response, { length }) => {
      response.writeHead(206, { 'content-length': length, 'content-range': `bytes 0-${length - 1}/${length}` });
      response.write(content.subarray(0, 64 * KIB), () => response.destroy());
    });
    await expectContent();
  });

  it.each([
    [
      'other bytes than those asked for',
      (response: ServerResponse) => {
        answerRange(response, { content: randomBytes(400 * KIB) }, { offset: 512, length: 1024 });
      },
    ],
    [
      'more bytes than those asked for',
      (response: ServerResponse) => {
        response.writeHead(206, { 'content-range': 'bytes 0-1/2' }).end(randomBytes(400 * KIB));
      },
    ],
    [
      'all of something in the place of a range',
      (response: ServerResponse) => {
        response.writeHead(200).end(randomBytes(300 * KIB));
      },
    ],
    [
      'no byte',
      (response: ServerResponse) => {
        response.writeHead(206, { 'content-range': 'bytes 0-1/2' }).end();
      },
    ],
    [
      'a redirect',
      (response: ServerResponse) => {
        response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end();
      },
    ],
    [
      'an error',
      (response: ServerResponse) => {
        response.writeHead(500).end('the disk is damaged');
      },
    ],
  ])('that answers with %s is asked again, and not believed', async (_, misbehave) => {
    atFirst(2, misbehave);
    await expectContent();
    atFirst(always, misbehave);
    await expect(read()).rejects.toMatchObject({ code: 'capture.disk_unreadable' });
  });

  it.each([404, 410, 401])('that is not where it was (%s) is looked for', async (status) => {
    atFirst(1, (response) => response.writeHead(status).end());
    await expectContent();
    expect(looks).toBe(1);
  });

  it('is read under the token of the moment', async () => {
    const stale = access('stale');
    access('right');
    exported = open(stale);
    await expectContent();
    expect(looks).toBe(1);
  });

  it('is looked for once by all reads that miss it', async () => {
    exports.take('disk');
    const reads = Array.from({ length: 8 }, (_, at) => read(at * 1024, 1024));
    await Promise.all(reads);
    expect(looks).toBeLessThanOrEqual(2);
  });

  it('is waited for while its host is away, for as long as the reader likes', async () => {
    lookAgain = () => Promise.reject(refusal('server.host_not_available', 'The host is away.'));
    exports.take('disk');
    const ends = new AbortController();
    const reading = exported.readInto(0, Buffer.alloc(512), ends.signal);
    lookAgain = () => {
      if (looks < 3) return Promise.reject(refusal('request.timeout', 'compute does not answer.'));
      ends.abort(new Error('long enough'));
      return Promise.reject(refusal('request.timeout', 'compute does not answer.'));
    };
    await expect(reading).rejects.toThrow('long enough');
  });

  it('is given up when the lock is gone', async () => {
    exports.take('disk');
    lookAgain = () => Promise.reject(refusal('server.not_locked', 'The server is not locked.'));
    await expect(read()).rejects.toMatchObject({ code: 'server.not_locked' });
  });

  it('whose host is silent is asked over another connection', async () => {
    atFirst(1, () => undefined);
    await expectContent();
    expect(looks).toBe(1);
  });

  it('that nobody answers for is looked for', async () => {
    exported = open({ url: 'http://127.0.0.1:9/disk', token: 'right' });
    await expectContent();
    expect(looks).toBe(1);
  });

  describe('whose map', () => {
    const answers = (text: string) => (response: ServerResponse) => {
      response.end(text);
    };

    it.each([
      ['is no JSON', '<html>'],
      ['is something else', '{"changed": 7}'],
      ['tells of more than the disk', `{"changed": [[${300 * KIB - 512}, 1024]]}`],
      ['has numbers that are none', '{"changed": [[-512, 1024]]}'],
      ['has numbers no disk has', '{"changed": [[0, 1e300]]}'],
      ['has halves of bytes', '{"changed": [[0.5, 1]]}'],
    ])('%s is not believed', async (_, text) => {
      atFirst(always, answers(text));
      await expect(exported.map(signal)).rejects.toMatchObject({ code: 'capture.disk_unreadable' });
    });

    it('is longer than anybody needs is not read to its end', async () => {
      let sent = 0;
      atFirst(always, (response) => {
        sent = 0; // on a busy machine it is asked for again
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(256 * KIB, ' '))) sent += 256 * KIB;
        };
        response.on('drain', more);
        more();
      });
      expect(await exported.map(signal)).toBeNull();
      expect(sent).toBeLessThan(64 * 1024 * KIB);
    });
  });
});
