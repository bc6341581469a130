import { describe, expect, it } from 'vitest';
import { consumersCheck, databaseCheck, Health, outboxCheck } from './health.ts';

describe('readiness', () => {
  it('names every check that fails, without what the error said', async () => {
    const health = new Health([
      databaseCheck({ query: () => Promise.reject(new Error('password of the database')) }),
      consumersCheck({ consumersActive: () => false }),
      outboxCheck({ outboxLagSeconds: () => Promise.resolve(90.4) }),
    ]);
    await expect(health.faults()).resolves.toEqual({
      database: 'failed',
      consumers: 'a queue is not consumed',
      outbox: 'the oldest event has waited 90 s',
    });
  });

  it('is given when every check passes, and taken back when the process stops', async () => {
    const health = new Health([
      databaseCheck({ query: () => Promise.resolve([]) }),
      consumersCheck({ consumersActive: () => true }),
      outboxCheck({ outboxLagSeconds: () => Promise.resolve(0) }),
    ]);
    await expect(health.faults()).resolves.toEqual({});
    health.drain();
    await expect(health.faults()).resolves.toEqual({ process: 'is stopping' });
  });
});
