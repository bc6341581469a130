import { Button } from 'antd';
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { useWords } from '../language/language.ts';
import { NoticeContext } from './notices.ts';

/** Milliseconds a notice stays: long enough to be read twice. */
const STAY = 10_000;

interface Notice {
  readonly text: string;
}

/** Where notices appear, also to who hears the page: the place is always there, what is in it changes. */
export function NoticeProvider({ children }: { readonly children: ReactNode }) {
  const { notice: words } = useWords();
  const [notice, setNotice] = useState<Notice | null>(null);
  const say = useCallback((text: string) => {
    setNotice({ text });
  }, []);
  useEffect(() => {
    if (notice === null) return;
    const timer = setTimeout(setNotice, STAY, null);
    return () => {
      clearTimeout(timer);
    };
  }, [notice]);
  return (
    <NoticeContext value={say}>
      {children}
      <div className="notices" role="status">
        {notice !== null && (
          <div className="notice">
            <span>{notice.text}</span>
            <Button
              size="small"
              type="text"
              onClick={() => {
                setNotice(null);
              }}
            >
              {words.close}
            </Button>
          </div>
        )}
      </div>
    </NoticeContext>
  );
}
