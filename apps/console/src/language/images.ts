import { en } from './images.en.ts';
import { zh } from './images.zh.ts';
import { wordsOf } from './language.ts';

export const useImagesWords = wordsOf({ 'zh-CN': zh, en });
