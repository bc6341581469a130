import { Button, Select } from 'antd';
import type { ReactNode } from 'react';
import { useLook } from '../appearance/appearance.ts';
import { APPEARANCES } from '../appearance/preferences.ts';
import icon from '../icon.svg';
import { LANGUAGES, type Language, useSpeech } from '../language/language.ts';
import type { Session } from '../session/session.ts';

interface PageHeaderProps {
  readonly session: Session | null;
  readonly onLeave: () => void;
  /** Where one is. */
  readonly children?: ReactNode;
}

/** The name of the house, who is in it and where, and how it looks and speaks. */
export function PageHeader({ session, onLeave, children }: PageHeaderProps) {
  const { words, language, speak } = useSpeech();
  const { appearance, dress } = useLook();
  const languages = Object.entries(LANGUAGES) as [Language, string][];
  return (
    <header className="page-header">
      <span className="brand">
        <img src={icon} alt="" width="24" height="24" />
        {words.title}
      </span>
      {children}
      <span className="spring" />
      <Select
        aria-label={words.appearanceLabel}
        value={appearance}
        onChange={dress}
        options={APPEARANCES.map((value) => ({ value, label: words.appearance[value] }))}
        popupMatchSelectWidth={false}
      />
      <div role="group" aria-label={words.languageLabel} className="languages">
        {languages.map(([code, name]) => (
          <Button
            key={code}
            type={code === language ? 'primary' : 'default'}
            aria-pressed={code === language}
            lang={code}
            size="small"
            onClick={() => {
              speak(code);
            }}
          >
            {name}
          </Button>
        ))}
      </div>
      {session !== null && (
        <>
          <span className="fine">{words.signedIn(session.user, session.project)}</span>
          <Button size="small" onClick={onLeave}>
            {words.signOut}
          </Button>
        </>
      )}
    </header>
  );
}
