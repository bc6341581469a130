import { connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { ScannerDiedError, type Verdict } from './file-judge.ts';

/** Milliseconds clamd may be silent over one file: its own limit on a file ends sooner. */
const PATIENCE = 150_000;
/** What clamd calls a file it did not look into whole, because a limit of ours kept it from doing so. */
const LIMITS = /^Heuristics\.Limits\.Exceeded/;
/** A conversation is a line. */
const LONGEST_REPLY = 4096;

/** Asks clamd on its socket, one question a connection. */
export async function askClamd(path: string, question: 'PING' | 'VERSION', signal: AbortSignal): Promise<string> {
  const socket = connect(path);
  const reply = replyOn(socket, signal);
  socket.write(`z${question}\0`);
  return said(await reply);
}

/**
 * Streams a file to clamd.
 * @throws ScannerDiedError, and what the chunks and the signal throw, as it came
 */
export async function judgeStream(path: string, chunks: AsyncIterable<Buffer>, signal: AbortSignal): Promise<Verdict> {
  const socket = connect(path);
  const reply = replyOn(socket, signal);
  const failures: unknown[] = [];
  const frames = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from('zINSTREAM\0');
    try {
      for await (const chunk of chunks) {
        yield lengthOf(chunk);
        yield chunk;
      }
    } catch (error) {
      failures.push(error);
      throw error;
    }
    yield Buffer.alloc(4);
  };
  // What goes wrong with the socket is in its reply: clamd may have had enough of the file before its end.
  await pipeline(frames, socket, { signal, end: false }).catch(() => undefined);
  if (failures.length > 0) throw failures[0];
  const answer = await reply;
  signal.throwIfAborted();
  return verdictOf(said(answer));
}

function lengthOf(chunk: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(chunk.length);
  return length;
}

/** Everything clamd writes before it closes; never refused, so that it may be waited for at any time. */
function replyOn(socket: Socket, signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const end = (): void => {
      socket.destroy();
    };
    socket.setEncoding('latin1').setTimeout(PATIENCE, end);
    socket.on('data', (part: string) => {
      text = `${text}${part}`.slice(0, LONGEST_REPLY);
      if (text.includes('\0')) end();
    });
    socket.on('error', end).on('end', end);
    socket.on('close', () => {
      signal.removeEventListener('abort', end);
      resolve(text);
    });
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

/** @throws ScannerDiedError when clamd went without a word */
function said(reply: string): string {
  const [line] = reply.split('\0');
  if (line === undefined || !reply.includes('\0')) throw new ScannerDiedError('clamd ended without an answer');
  return line;
}

function verdictOf(line: string): Verdict {
  const found = /^stream: (.+) FOUND$/.exec(line)?.[1];
  if (found !== undefined) return LIMITS.test(found) ? { type: 'limits' } : { type: 'malware', signature: found };
  return line === 'stream: OK' ? { type: 'clean' } : { type: 'failed' };
}
