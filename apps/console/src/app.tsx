import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { ConfigProvider } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { Router } from 'wouter';
import { NoticeProvider } from './actions/notice-provider.tsx';
import { AppearanceContext } from './appearance/appearance.ts';
import { keepPreferences, type Preferences, readPreferences } from './appearance/preferences.ts';
import { lookOf } from './appearance/look-of.ts';
import { useMedia } from './appearance/use-media.ts';
import { Entrance } from './session/entrance.tsx';
import { SpeechContext } from './language/language.ts';
import { en } from './language/words.en.ts';
import { zh } from './language/words.zh.ts';

const words = { 'zh-CN': zh, en };
const locales = { 'zh-CN': zhCN, en: enUS };

/** The whole console: how it speaks and looks, then who is there. */
export function App() {
  const [preferences, setPreferences] = useState<Preferences>(readPreferences);
  const { language, appearance } = preferences;
  const isSystemDark = useMedia('(prefers-color-scheme: dark)');
  const motion = !useMedia('(prefers-reduced-motion: reduce)');
  const dark = appearance === 'auto' ? isSystemDark : appearance === 'dark';
  const [queries] = useState(() => new QueryClient({ defaultOptions: { queries: { retry: false } } }));
  const prefer = useCallback((changed: Partial<Preferences>) => {
    setPreferences((before) => {
      const after = { ...before, ...changed };
      keepPreferences(after);
      return after;
    });
  }, []);
  const speech = useMemo(
    () => ({
      language,
      words: words[language],
      speak: (chosen: typeof language) => {
        prefer({ language: chosen });
      },
    }),
    [language, prefer],
  );
  const look = useMemo(
    () => ({
      appearance,
      dress: (chosen: typeof appearance) => {
        prefer({ appearance: chosen });
      },
    }),
    [appearance, prefer],
  );

  useEffect(() => {
    document.documentElement.lang = language;
    document.title = words[language].title;
  }, [language]);
  useEffect(() => {
    document.documentElement.dataset['appearance'] = dark ? 'dark' : 'light';
  }, [dark]);

  return (
    <SpeechContext value={speech}>
      <AppearanceContext value={look}>
        <ConfigProvider locale={locales[language]} button={{ autoInsertSpace: false }} theme={lookOf(dark, motion)}>
          <QueryClientProvider client={queries}>
            <Router base="/console">
              <NoticeProvider>
                <Entrance />
              </NoticeProvider>
            </Router>
          </QueryClientProvider>
        </ConfigProvider>
      </AppearanceContext>
    </SpeechContext>
  );
}
