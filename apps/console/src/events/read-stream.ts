import { createParser, type EventSourceMessage } from 'eventsource-parser';

export interface StreamReader {
  readonly take: (message: EventSourceMessage) => void;
  /** The server says after how many milliseconds one should come back. */
  readonly retry: (milliseconds: number) => void;
  /** Milliseconds without a sign of life after which the connection is given up. */
  readonly patience: number;
}

/** Reads server-sent events until the stream ends, is silent for too long, or the body is cancelled. */
export async function readStream(response: Response, { take, retry, patience }: StreamReader): Promise<void> {
  const reader = (response.body ?? new ReadableStream<Uint8Array<ArrayBuffer>>()).getReader();
  const decoder = new TextDecoder();
  const parser = createParser({ onEvent: take, onRetry: retry });
  let watch: ReturnType<typeof setTimeout> | undefined;
  try {
    for (;;) {
      // A connection that broke without a word looks like one on which nothing happens.
      clearTimeout(watch);
      watch = setTimeout(() => void reader.cancel(), patience);
      const { done, value } = await reader.read();
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
    }
  } finally {
    clearTimeout(watch);
    await reader.cancel().catch(() => undefined);
  }
}
