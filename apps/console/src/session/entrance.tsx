import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { PageHeader } from '../board/page-header.tsx';
import { useWords } from '../language/language.ts';
import { OperatorsOnly } from './operators-only.tsx';
import { isOperator, type Session } from './session.ts';
import { sessionStore } from './session-store.ts';
import { signOut } from './sign-in.ts';
import { SignInPage } from './sign-in-page.tsx';

const BoardPage = lazy(() => import('../board/board-page.tsx').then(({ BoardPage }) => ({ default: BoardPage })));

/** The longest time a timer takes. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Who is there sees what is theirs: nobody the door, operators the board, others a word why not. */
export function Entrance() {
  const words = useWords();
  const queries = useQueryClient();
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
      <PageHeader session={session} onLeave={leave} />
      <main id="main" tabIndex={-1}>
        {session === null && <SignInPage expired={expired} onEnter={enter} />}
        {session !== null && !isOperator(session) && <OperatorsOnly session={session} />}
        {session !== null && isOperator(session) && (
          <Suspense fallback={null}>
            <BoardPage session={session} onExpired={expire} />
          </Suspense>
        )}
      </main>
    </>
  );
}
