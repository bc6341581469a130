import type { components } from '../gateway/openapi.ts';

/** A message that waits for an operator. */
export type ParkedMessage = components['schemas']['ParkedMessages']['messages'][number];
