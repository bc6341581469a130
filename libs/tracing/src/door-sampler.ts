import type { Attributes, Context, Link, SpanKind } from '@opentelemetry/api';
import {
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  type SamplingResult,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import { FROM_OUTSIDE } from './trace-context.ts';

/**
 * Decides once per trace, by ratio, where it enters the house; everything after it follows. A trace id that a stranger
 * made up decides nothing: it could be made so that it is always, or never, recorded.
 */
export class DoorSampler implements Sampler {
  readonly #inside: Sampler;

  /** @param ratio of the traces that are recorded, from 0 to 1. */
  constructor(private readonly ratio: number) {
    this.#inside = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }

  shouldSample(
    parent: Context,
    ...rest: [traceId: string, name: string, kind: SpanKind, attributes: Attributes, links: Link[]]
  ): SamplingResult {
    if (parent.getValue(FROM_OUTSIDE) === undefined) return this.#inside.shouldSample(parent, ...rest);
    const isChosen = Math.random() < this.ratio;
    return { decision: isChosen ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
  }

  toString(): string {
    return `DoorSampler{${this.ratio}}`;
  }
}
