import { ReadableStream } from 'node:stream/web';
import { parentPort } from 'node:worker_threads';
import xz from 'xz-decompress';
import type { XzMessage, XzOrder } from './xz-message.ts';

/** A thread that unpacks one file. Its chunks are small: they are put together, so that few messages are sent. */
const CHUNK = 2 ** 18;
/** Chunks that are out and not taken yet. */
const MOST_OUT = 4;

let out = 0;
let packed = Promise.withResolvers<Uint8Array<ArrayBuffer> | null>();
let taken = Promise.withResolvers<undefined>();

parentPort?.on('message', (order: XzOrder) => {
  if (order.type === 'packed') {
    packed.resolve(order.bytes);
  } else {
    out -= 1;
    taken.resolve(undefined);
  }
});

const file = new ReadableStream<Uint8Array>(
  {
    async pull(controller) {
      packed = Promise.withResolvers();
      say({ type: 'wants' });
      const bytes = await packed.promise;
      if (bytes === null) controller.close();
      else controller.enqueue(bytes);
    },
  },
  { highWaterMark: 0 },
);

async function unpack(): Promise<void> {
  let chunk = new Uint8Array(CHUNK);
  let filled = 0;
  for await (const some of new xz.XzReadableStream(file)) {
    for (let rest = some; rest.length > 0;) {
      const fitting = rest.subarray(0, CHUNK - filled);
      chunk.set(fitting, filled);
      filled += fitting.length;
      rest = rest.subarray(fitting.length);
      if (filled < CHUNK) continue;
      await send(chunk);
      [chunk, filled] = [new Uint8Array(CHUNK), 0];
    }
  }
  if (filled > 0) await send(chunk.subarray(0, filled));
}

async function send(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  while (out >= MOST_OUT) {
    taken = Promise.withResolvers();
    await taken.promise;
  }
  out += 1;
  say({ type: 'unpacked', bytes }, [bytes.buffer]);
}

function say(message: XzMessage, moved: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, moved);
}

try {
  await unpack();
  say({ type: 'ended' });
} catch (error) {
  say({ type: 'failed', reason: error instanceof Error ? error.message : String(error) });
}
