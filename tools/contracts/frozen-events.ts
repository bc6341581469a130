import { isDeepStrictEqual } from 'node:util';

/** Words may become better; what they describe stays. */
const WORDS = new Set(['title', 'description']);

/**
 * The events whose shape is not what it was when it was first written down, in sentences. What was published once is
 * stored, replayed and read by programs of others: a changed event is a new version, and its old one stays.
 *
 * @param before the text of an event's schema as it is kept; null when there is none yet.
 * @param after what the contracts say now; null when they do not know the event any more.
 */
export function breachOf(event: string, before: string | null, after: string | null): string | null {
  if (before === null) return null;
  if (after === null) return `${event} was published once and is not defined any more: keep its definition.`;
  if (isDeepStrictEqual(shapeOf(JSON.parse(before)), shapeOf(JSON.parse(after)))) return null;
  return `${event} has changed: define it anew under the next version, and keep this one.`;
}

function shapeOf(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(shapeOf);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(([name, value]) => !(WORDS.has(name) && typeof value === 'string'));
  return Object.fromEntries(kept.map(([name, value]) => [name, shapeOf(value)]));
}
