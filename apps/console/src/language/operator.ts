import { wordsOf } from './language.ts';
import { en } from './operator.en.ts';
import { zh } from './operator.zh.ts';

export const useOperatorWords = wordsOf({ 'zh-CN': zh, en });
