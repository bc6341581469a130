import { createContext, use } from 'react';
import type { Session } from './session.ts';

export const SessionContext = createContext<Session | null>(null);

/** Who is signed in; only for what is shown to somebody who is. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (session === null) throw new Error('Nobody is signed in.');
  return session;
}
