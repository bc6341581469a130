import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { untilAborted } from './until-aborted.ts';

it('leaves nothing behind that could end the process when it is aborted before it begins', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', note);
  try {
    const { promise: work, reject } = Promise.withResolvers<never>();
    await expect(untilAborted(work, AbortSignal.abort(new Error('cancelled')))).rejects.toThrow('cancelled');
    reject(new Error('the neighbour does not answer'));
    await turn();
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', note);
  }
});
