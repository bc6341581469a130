import { type ReactNode, useEffect } from 'react';
import { useWords } from '../language/language.ts';

interface PageHeadProps {
  readonly title: string;
  /** Said under the title. */
  readonly lead?: ReactNode;
  /** What can be done here, beside the title. */
  readonly children?: ReactNode;
}

/** How every page begins: its one title, which is also the window's, and what can be done with all of it. */
export function PageHead({ title, lead, children }: PageHeadProps) {
  const words = useWords();
  useEffect(() => {
    document.title = `${title} · ${words.title}`;
    return () => {
      document.title = words.title;
    };
  }, [title, words.title]);
  return (
    <div className="page-head">
      <div>
        <h1>{title}</h1>
        {lead !== undefined && <p className="fine">{lead}</p>}
      </div>
      <div className="page-actions">{children}</div>
    </div>
  );
}
