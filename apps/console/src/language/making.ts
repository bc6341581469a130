import { wordsOf } from './language.ts';
import { en } from './making.en.ts';
import { zh } from './making.zh.ts';

export const useMakingWords = wordsOf({ 'zh-CN': zh, en });
