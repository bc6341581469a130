import { once } from 'node:events';
import type { Response } from 'express';

/** Milliseconds between two signs of life: what stands between client and gateway cuts connections that are silent. */
const BEAT_MS = 15_000;

/** A response that goes on, as server-sent events. Its first byte says that whatever happens from now on will be told. */
export class EventSender {
  readonly #beat: NodeJS.Timeout;
  #begun = false;

  constructor(
    private readonly response: Response,
    private readonly slowMs: number,
  ) {
    response.socket?.setTimeout(0); // it may be silent longer than a request may
    this.#beat = setInterval(() => {
      this.begin(); // the broker is away: the client may as well know that we are here
      if (!response.writableNeedDrain) response.write(': alive\n\n');
    }, BEAT_MS);
  }

  /** Answers the request; once. */
  begin(): void {
    if (this.#begun || this.response.destroyed) return;
    this.#begun = true;
    this.response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    });
    this.response.write('retry: 2000\n\n');
  }

  /** Sends one event; waits while the client does not read, and cuts it off when that takes too long. */
  async send(event: { readonly id: string; readonly type: string; readonly data: object }): Promise<void> {
    const text = `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event.data)}\n\n`;
    if (this.response.destroyed || this.response.write(text)) return;
    const signal = AbortSignal.timeout(this.slowMs);
    await once(this.response, 'drain', { signal }).catch(() => this.response.destroy());
  }

  /** The last thing that is said, and why nothing follows. */
  end(code: string, detail: string): void {
    clearInterval(this.#beat);
    this.begin();
    if (!this.response.destroyed) this.response.end(`event: end\ndata: ${JSON.stringify({ code, detail })}\n\n`);
  }
}
