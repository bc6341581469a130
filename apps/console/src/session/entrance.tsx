import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { useWords } from '../language/language.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { Shell } from '../shell/shell.tsx';
import type { Session } from './session.ts';
import { sessionStore } from './session-store.ts';
import { signOut } from './sign-in.ts';
import { SignInPage } from './sign-in-page.tsx';
import { ExpireContext } from './use-expire.ts';
import { useExpiry } from './use-expiry.ts';

/** The longest time a timer takes. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Who is there sees what is theirs: nobody the door, everybody else the house. */
export function Entrance() {
  const words = useWords();
  const queries = useQueryClient();
  const [, go] = useLocation();
  const [session, setSession] = useState<Session | null>(() => sessionStore.read());
  const [expired, setExpired] = useState(false);

  const end = useCallback(
    (byItself: boolean) => {
      sessionStore.clear();
      queries.clear();
      setSession(null);
      setExpired(byItself);
    },
    [queries],
  );
  const expire = useCallback(() => {
    end(true);
  }, [end]);
  useExpiry(expire);

  useEffect(() => {
    if (session === null) return;
    const left = Math.max(0, Date.parse(session.expires_at) - Date.now());
    const timer = setTimeout(expire, Math.min(LONGEST_TIMER, left));
    return () => {
      clearTimeout(timer);
    };
  }, [session, expire]);

  const leave = (): void => {
    if (session !== null) signOut(session);
    end(false);
    go('/'); // what was open is nothing for who comes next
  };
  const enter = (entered: Session): void => {
    sessionStore.keep(entered);
    setExpired(false);
    setSession(entered);
  };

  return (
    <>
      <a className="skip" href="#main">
        {words.skip}
      </a>
      {session === null ? (
        <>
          <PageHeader session={null} onLeave={leave} />
          <main id="main" tabIndex={-1}>
            <SignInPage expired={expired} onEnter={enter} />
          </main>
        </>
      ) : (
        <ExpireContext value={expire}>
          <Shell session={session} onLeave={leave} />
        </ExpireContext>
      )}
    </>
  );
}
