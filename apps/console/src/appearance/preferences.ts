import { LANGUAGES, type Language } from '../language/language.ts';

export const APPEARANCES = ['auto', 'light', 'dark'] as const;
export type Appearance = (typeof APPEARANCES)[number];

/** What somebody likes; it stays when they sign out. */
export interface Preferences {
  readonly language: Language;
  readonly appearance: Appearance;
}

const KEY = 'imago.preferences';

export function readPreferences(): Preferences {
  const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>;
  const { language = 'zh-CN', appearance = 'auto' } = kept;
  return {
    language: Object.hasOwn(LANGUAGES, language) ? language : 'zh-CN',
    appearance: APPEARANCES.includes(appearance) ? appearance : 'auto',
  };
}

export function keepPreferences(preferences: Preferences): void {
  localStorage.setItem(KEY, JSON.stringify(preferences));
}
