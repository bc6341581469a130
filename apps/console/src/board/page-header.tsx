import { Button, Select } from 'antd';
import { useAddress } from '../address/address.ts';
import { useLook } from '../appearance/appearance.ts';
import { APPEARANCES } from '../appearance/preferences.ts';
import icon from '../icon.svg';
import { LANGUAGES, type Language, useSpeech } from '../language/language.ts';
import { isOperator, type Session } from '../session/session.ts';

interface PageHeaderProps {
  readonly session: Session | null;
  readonly onLeave: () => void;
}

/** The name of the house, who is in it, and how it looks and speaks. */
export function PageHeader({ session, onLeave }: PageHeaderProps) {
  const { words, language, speak } = useSpeech();
  const { appearance, dress } = useLook();
  const languages = Object.entries(LANGUAGES) as [Language, string][];
  return (
    <header className="page-header">
      <span className="brand">
        <img src={icon} alt="" width="24" height="24" />
        {words.title}
      </span>
      <span className="spring" />
      {session !== null && isOperator(session) && <RegionSelect regions={session.regions} />}
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

/** Each region has its own events and jobs. */
function RegionSelect({ regions }: { readonly regions: readonly string[] }) {
  const { words } = useSpeech();
  const { address, go } = useAddress();
  if (regions.length < 2) return null;
  return (
    <Select
      aria-label={words.region}
      value={address.region ?? regions[0]}
      onChange={(region) => {
        go({ region });
      }}
      options={regions.map((value) => ({ value, label: value }))}
      popupMatchSelectWidth={false}
    />
  );
}
