import { en } from './image.en.ts';
import { zh } from './image.zh.ts';
import { wordsOf } from './language.ts';

export const useImageWords = wordsOf({ 'zh-CN': zh, en });
