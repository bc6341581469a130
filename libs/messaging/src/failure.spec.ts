import { ERRORS, type ErrorCode, refusal } from '@imago/contracts';
import { QueryFailedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { classify, describeError } from './failure.ts';

function withCode(code: string, message = 'it broke'): Error {
  return Object.assign(new Error(message), { code });
}

describe('what a failed handler means', () => {
  it('is permanent for every refusal, but those that only say that somebody did not answer', () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      const temporary = ['unavailable', 'timeout', 'internal'].includes(ERRORS[code].kind);
      expect(classify(refusal(code, 'said'))).toBe(temporary ? 'transient' : 'permanent');
    }
  });

  it.each([
    ['a refused connection', withCode('ECONNREFUSED')],
    ['a connection that broke', new Error('Connection terminated unexpectedly')],
    ['a server that stops', new QueryFailedError('SELECT 1', [], withCode('57P01'))],
    ['a server that starts', new QueryFailedError('SELECT 1', [], withCode('57P03'))],
    ['a pool without a connection', new Error('timeout exceeded when trying to connect')],
    ['one of these behind another error', new Error('no luck', { cause: withCode('08006') })],
  ])('says nothing about the message: %s', (_case, error) => {
    expect(classify(error)).toBe('unreachable');
  });

  it.each([
    ['a bug', new TypeError('x is not a function')],
    ['a deadlock', new QueryFailedError('UPDATE', [], withCode('40P01'))],
    ['a broken constraint', new QueryFailedError('INSERT', [], withCode('23505'))],
    ['something that is no error', 'thrown text'],
    ['nothing', undefined],
  ])('is worth another try: %s', (_case, error) => {
    expect(classify(error)).toBe('transient');
  });

  it('is told in one short line', () => {
    expect(describeError(new TypeError('a\n  b'))).toBe('TypeError: a b');
    expect(describeError(new Error('x'.repeat(10_000)))).toHaveLength(500);
    expect(describeError(null)).toBe('null');
  });
});
