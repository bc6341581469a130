import { createContext, use } from 'react';

export const ExpireContext = createContext<() => void>(() => undefined);

/** Ends the session, because its token is no longer good. */
export function useExpire(): () => void {
  return use(ExpireContext);
}
