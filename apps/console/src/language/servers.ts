import { wordsOf } from './language.ts';
import { en } from './servers.en.ts';
import { zh } from './servers.zh.ts';

export const useServersWords = wordsOf({ 'zh-CN': zh, en });
