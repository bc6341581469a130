import { createContext, use } from 'react';
import { zh, type Words } from './words.zh.ts';

export const LANGUAGES = { 'zh-CN': '中文', en: 'English' } as const;
export type Language = keyof typeof LANGUAGES;

export interface Speech {
  readonly language: Language;
  readonly words: Words;
  readonly speak: (language: Language) => void;
}

/** In which language the page speaks. */
export const SpeechContext = createContext<Speech>({ language: 'zh-CN', words: zh, speak: () => undefined });

export function useSpeech(): Speech {
  return use(SpeechContext);
}

export function useWords(): Words {
  return useSpeech().words;
}

/** A hook for the words of one area, which are loaded with the pages that say them and not before. */
export function wordsOf<W>(area: Readonly<Record<Language, W>>): () => W {
  return function useAreaWords() {
    return area[useSpeech().language];
  };
}
