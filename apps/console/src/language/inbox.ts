import { en } from './inbox.en.ts';
import { zh } from './inbox.zh.ts';
import { wordsOf } from './language.ts';

export const useInboxWords = wordsOf({ 'zh-CN': zh, en });
