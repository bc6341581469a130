import type { EventEnvelope } from '@imago/contracts';
import { eventually } from '@imago/testing';
import type { Tenant } from './tenant.ts';

export interface Followed {
  /** Its place in the stream. */
  readonly id: string;
  readonly event: EventEnvelope;
}

/** Somebody who follows a stream of events, as a browser does. */
export class EventSource {
  readonly events: Followed[] = [];
  readonly #left = new AbortController();
  readonly #reading: Promise<void>;

  private constructor(response: Response) {
    this.#reading = this.#read(response).catch(() => undefined); // it was left
  }

  static async open(tenant: Tenant, query = '', lastEventId?: string): Promise<EventSource> {
    const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const response = await tenant.fetch(`/v1/events${query}`, { headers });
    if (response.status !== 200) throw new Error(`the stream was answered with ${response.status}`);
    return new EventSource(response);
  }

  /** Answers when this has arrived. */
  async has(type: string, subject: string): Promise<void> {
    await eventually(() => {
      const found = this.events.some(({ event }) => event.type === type && event.subject === subject);
      if (!found)
        throw new Error(`${type} of ${subject} has not arrived: ${this.events.map(({ event }) => event.type).join()}`);
    });
  }

  async leave(): Promise<void> {
    this.#left.abort();
    await this.#reading;
  }

  async #read(response: Response): Promise<void> {
    const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader();
    this.#left.signal.addEventListener('abort', () => void reader.cancel());
    const decoder = new TextDecoder();
    for (let text = ''; ;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
    }
  }

  #take(block: string): void {
    const fields = new Map(
      block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    );
    const [id, data] = [fields.get('id'), fields.get('data')];
    if (id !== undefined && data !== undefined) this.events.push({ id, event: JSON.parse(data) as EventEnvelope });
  }
}
