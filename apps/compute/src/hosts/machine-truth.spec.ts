import { expect, it } from 'vitest';
import { correctionOf } from './machine-truth.ts';

it.each([
  ['running', 'running', null],
  ['running', 'stopped', 'note_stopped'],
  ['running', null, 'note_stopped'],
  ['stopped', 'running', 'note_started'],
  ['stopped', 'stopped', null],
  ['stopped', null, null],
  ['failed', 'running', 'cut_off'],
  ['failed', null, null],
  ['building', 'running', null],
  ['deleted', 'running', null],
] as const)('a server that is %s with a machine that is %s needs: %s', (status, power, correction) => {
  expect(correctionOf(status, power)).toBe(correction);
});
