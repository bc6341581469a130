import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readStream } from './read-stream.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a stream', () => {
  it('is given up when it is silent for too long, and not while there are signs of life', async () => {
    let server: ReadableStreamDefaultController<Uint8Array> | undefined;
    let wasLeft = false;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        server = controller;
      },
      cancel() {
        wasLeft = true;
      },
    });
    const taken: string[] = [];
    const reading = readStream(new Response(body), {
      take: ({ data }) => taken.push(data),
      retry: () => undefined,
      patience: 1_000,
    });
    for (const text of [': alive\n\n', 'data: one\n\n', ': alive\n\n']) {
      await vi.advanceTimersByTimeAsync(900);
      server?.enqueue(new TextEncoder().encode(text));
    }
    await vi.advanceTimersByTimeAsync(900);
    expect({ taken, wasLeft }).toEqual({ taken: ['one'], wasLeft: false });
    await vi.advanceTimersByTimeAsync(200);
    await reading;
    expect(wasLeft).toBe(true);
  });
});
