import type { Session } from './session.ts';

const KEY = 'imago.session';

/** Of the tab alone: another one signs in for itself, and a closed one leaves no token behind. */
export const sessionStore = {
  read(): Session | null {
    const kept = sessionStorage.getItem(KEY);
    if (kept === null) return null;
    const session = JSON.parse(kept) as Session;
    return Date.parse(session.expires_at) > Date.now() ? session : null;
  },
  keep(session: Session): void {
    sessionStorage.setItem(KEY, JSON.stringify(session));
  },
  /** All that the tab kept, since what it remembers of the feed is this user's too. */
  clear(): void {
    sessionStorage.clear();
  },
};
