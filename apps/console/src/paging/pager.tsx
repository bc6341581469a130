import { Button } from 'antd';
import { useState } from 'react';
import { useWords } from '../language/language.ts';

/** Where somebody is in a list that is read page by page, each from the last of the one before. */
export interface PagerState {
  /** Null: the first page. */
  readonly marker: string | null;
  readonly page: number;
  readonly back: () => void;
  readonly on: (last: string) => void;
}

/** Begins at the first page whenever something else is asked for. */
export function usePager(asked: string): PagerState {
  const [place, setPlace] = useState({ asked, markers: [] as readonly string[] });
  const markers = place.asked === asked ? place.markers : [];
  return {
    marker: markers.at(-1) ?? null,
    page: markers.length + 1,
    back: () => {
      setPlace({ asked, markers: markers.slice(0, -1) });
    },
    on: (last) => {
      setPlace({ asked, markers: [...markers, last] });
    },
  };
}

interface PagerProps {
  readonly pager: PagerState;
  /** The marker of the last thing on this page. */
  readonly last: string | undefined;
  readonly hasNext: boolean;
  /** What is turned. */
  readonly label: string;
}

/** Turns the pages of a list. */
export function Pager({ pager, last, hasNext, label }: PagerProps) {
  const { jobs: words } = useWords();
  return (
    <nav className="pages" aria-label={label}>
      <Button size="small" disabled={pager.page === 1} onClick={pager.back}>
        {words.previous}
      </Button>
      <span className="fine">{words.page(pager.page)}</span>
      <Button
        size="small"
        disabled={!hasNext || last === undefined}
        onClick={() => {
          if (last !== undefined) pager.on(last);
        }}
      >
        {words.next}
      </Button>
    </nav>
  );
}
