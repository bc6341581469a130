import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { cpuSecondsOf } from '../import/cpu.ts';

/** What a capture took, as its job's row tells it. */
export interface CaptureFigures {
  /** From the order to the end of the job. */
  readonly seconds: number;
  /** Of the phase that reads, compresses and stores, and the CPU of all our processes meanwhile. */
  readonly transfer: { readonly seconds: number; readonly cpuSeconds: number };
  /** Bytes of the server's disk that were read. */
  readonly read: number;
  /** Bytes of the object. */
  readonly stored: number;
}

const LOOK = 4;

/** Watches the job of a capture from its order to its end. */
export async function measureCapture(
  postgresUrl: string,
  pids: readonly number[],
  order: () => Promise<string>,
): Promise<CaptureFigures> {
  const db = new pg.Client({ connectionString: postgresUrl });
  await db.connect();
  const cpu = (): number => pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
  try {
    const begun = performance.now();
    const id = await order();
    const transfer = { from: 0, until: 0, before: 0, after: 0 };
    for (;;) {
      const { rows } = await db.query<Row>(
        'SELECT phase, state, bytes_done, image_id, error FROM capture.jobs WHERE id = $1',
        [id],
      );
      const [job] = rows;
      if (job === undefined) throw new Error('the job is not there');
      const now = performance.now();
      if (job.phase === 'transfer' && transfer.from === 0) Object.assign(transfer, { from: now, before: cpu() });
      if (transfer.from > 0 && transfer.until === 0 && job.phase !== 'transfer')
        Object.assign(transfer, { until: now, after: cpu() });
      if (job.state === 'failed') throw new Error(JSON.stringify(job.error));
      if (job.state === 'succeeded') {
        return {
          seconds: (now - begun) / 1000,
          transfer: { seconds: (transfer.until - transfer.from) / 1000, cpuSeconds: transfer.after - transfer.before },
          read: Number(job.bytes_done),
          stored: await storedSize(db, job.image_id),
        };
      }
      await delay(LOOK);
    }
  } finally {
    await db.end();
  }
}

interface Row {
  readonly phase: string;
  readonly state: string;
  readonly bytes_done: string;
  readonly image_id: string;
  readonly error: unknown;
}

/** It is sealed by catalog a moment after the job has ended. */
async function storedSize(db: pg.Client, imageId: string): Promise<number> {
  for (;;) {
    const { rows } = await db.query<{ bytes: string }>(
      `SELECT coalesce(stored_size, size) AS bytes FROM catalog.objects WHERE image_id = $1 AND state = 'sealed'`,
      [imageId],
    );
    if (rows[0] !== undefined) return Number(rows[0].bytes);
    await delay(LOOK);
  }
}
