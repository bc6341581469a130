import { on } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { DecoderError } from './decoder-error.ts';
import type { XzMessage, XzOrder } from './xz-message.ts';

/** Beside this file, compiled or not. */
const PROGRAM = new URL(`./xz.worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url);

/**
 * Unpacks xz on a thread of its own. The decoder never yields, which would keep everything else in a process waiting, and
 * has a lock that lets one file of a thread be unpacked at a time. The thread ends with the generator, however that ends.
 * @throws DecoderError; the reason of the signal; any other error is about the file, or of its ranges
 */
export async function* unpackXz(ranges: AsyncGenerator<Buffer>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted();
  const worker = new Worker(PROGRAM, { resourceLimits: { maxYoungGenerationSizeMb: 4 } });
  let crash: unknown;
  worker.on('error', (error) => {
    crash = error;
  });
  try {
    for await (const [message] of on(worker, 'message', { signal, close: ['exit'] }) as AsyncIterable<[XzMessage]>) {
      switch (message.type) {
        case 'wants': {
          const next = await ranges.next();
          // A copy may be moved to the thread; the range itself may be part of a larger memory.
          tell(worker, { type: 'packed', bytes: next.done === true ? null : new Uint8Array(next.value) });
          break;
        }
        case 'unpacked':
          yield message.bytes;
          tell(worker, { type: 'taken' });
          break;
        case 'ended':
          if ((await ranges.next()).done !== true) throw new Error('it goes on behind its end');
          return;
        case 'failed':
          throw new Error(message.reason);
        default:
          message satisfies never;
      }
    }
    throw new DecoderError('The thread that unpacks xz has ended');
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw crash === undefined ? error : new DecoderError('The thread that unpacks xz has failed', { cause: crash });
  } finally {
    await worker.terminate();
    await ranges.return(undefined);
  }
}

function tell(worker: Worker, order: XzOrder): void {
  worker.postMessage(order, order.type === 'packed' && order.bytes !== null ? [order.bytes.buffer] : []);
}
