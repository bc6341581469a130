import { refusal } from '@imago/contracts';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import type { GatewayConfig } from '../config.ts';

type Limits = Pick<
  GatewayConfig,
  'GATEWAY_EVENT_STREAMS' | 'GATEWAY_EVENT_STREAMS_PER_PROJECT' | 'GATEWAY_EVENT_STREAM_SLOW_SECONDS'
>;

/** The streams of events that are followed now. None outlives the gateway, and nobody takes all the room. */
@Injectable()
export class OpenStreams implements BeforeApplicationShutdown {
  readonly #open = new Map<AbortController, string>();
  readonly slowMs: number;

  constructor(private readonly limits: Limits) {
    this.slowMs = limits.GATEWAY_EVENT_STREAM_SLOW_SECONDS * 1000;
  }

  /**
   * Counts a stream until `end` is called; its signal ends it when the gateway stops.
   * @throws Refusal event.too_many_streams
   */
  begin(projectId: string): { readonly signal: AbortSignal; readonly end: () => void } {
    const own = [...this.#open.values()].filter((project) => project === projectId).length;
    const { GATEWAY_EVENT_STREAMS: most, GATEWAY_EVENT_STREAMS_PER_PROJECT: mostOfProject } = this.limits;
    if (own >= mostOfProject || this.#open.size >= most)
      throw refusal('event.too_many_streams', 'As many streams of events are followed as may be.', {
        own,
        mostOfProject,
      });
    const controller = new AbortController();
    this.#open.set(controller, projectId);
    return { signal: controller.signal, end: () => void this.#open.delete(controller) };
  }

  beforeApplicationShutdown(): void {
    for (const controller of this.#open.keys()) controller.abort();
  }
}
