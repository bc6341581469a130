import { en } from './account.en.ts';
import { zh } from './account.zh.ts';
import { wordsOf } from './language.ts';

export const useAccountWords = wordsOf({ 'zh-CN': zh, en });
