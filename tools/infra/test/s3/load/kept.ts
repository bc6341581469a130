import { expect } from 'vitest';
import type { History } from './history.ts';

/** What a server has after a crash. */
export interface Kept {
  /** Keys and what they hold, as {@link contentOf} says. */
  readonly objects: ReadonlyMap<string, string>;
  /** Unfinished uploads by id, and their parts as number and ETag. */
  readonly uploads: ReadonlyMap<string, readonly string[]>;
}

export const NOTHING: Kept = { objects: new Map(), uploads: new Map() };

/** Every key holds what it must hold or was to hold, whole, and every upload that nobody ended has its parts. */
export function expectKept({ objects, uploads }: Kept, history: History, moment: number): void {
  for (const key of history.keys) expect(history.allowed(key, moment), key).toContain(objects.get(key));
  expect(history.keys, 'the keys that were ever used').toEqual(expect.arrayContaining([...objects.keys()]));
  for (const { upload_id, known, parts, end } of history.uploads) {
    const found = uploads.get(upload_id);
    if (end !== undefined && end.known <= moment) expect([undefined], 'an upload that was ended').toContain(found);
    if (known > moment || (end !== undefined && end.begun <= moment)) continue;
    for (const part of parts.filter((each) => each.known <= moment))
      expect(found ?? [], 'the parts of an upload').toContain(`${part.part_number} ${part.etag}`);
  }
}
