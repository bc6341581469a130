import type { StreamPlace } from './stream-place.ts';

const KEY = 'imago.feed';
/** Milliseconds of the past a new feed begins with, so that it is not empty. */
const BEGINNING = 15 * 60_000;

/**
 * Where the feed of this tab begins: after a reload at what was shown, so that nothing is lost meanwhile. What is asked
 * for names the feed; another one begins anew.
 */
export const feedMemory = {
  start(name: string, from: string): StreamPlace {
    const kept = sessionStorage.getItem(KEY);
    const memory = kept === null ? null : (JSON.parse(kept) as { readonly name: string; readonly place: StreamPlace });
    if (memory?.name === name) return memory.place;
    const since = from === '' ? new Date(Date.now() - BEGINNING).toISOString() : from;
    const place = { after: null, since };
    this.keep(name, place);
    return place;
  },
  keep(name: string, place: StreamPlace): void {
    sessionStorage.setItem(KEY, JSON.stringify({ name, place }));
  },
};
