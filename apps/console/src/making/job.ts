import type { components } from '../gateway/openapi.ts';

/** A job as the gateway shows it. */
export type Job = components['schemas']['Job'];

export function hasEnded({ finished_at }: Job): boolean {
  return finished_at !== null;
}
