import type { Difference } from '@imago/contracts';
import { testEnvironment } from '@imago/testing';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Reconciler } from './reconciler.ts';
import { createReconciliationTable } from './reconciliation-tables.ts';
import type { Findings, Reconciliation } from './reconciliation.ts';

const REGION = 'region-1';

function wrong(subject: string): Difference {
  return { subject, problem: 'object_orphan', detail: 'nobody has it' };
}

/** Two truths that a test makes up: what each look finds, in turn. */
class MadeUp implements Reconciliation {
  readonly name = 'objects';
  readonly looks: (readonly Difference[] | Error)[] = [];
  readonly asked: Difference[] = [];
  cannot = new Set<string>();
  underWay = 0;
  mostUnderWay = 0;
  made = 0;

  regions(): Promise<readonly string[]> {
    return Promise.resolve([REGION]);
  }

  async find(): Promise<Findings> {
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    await new Promise(setImmediate);
    this.underWay -= 1;
    this.made += 1;
    const look = this.looks.shift() ?? [];
    if (look instanceof Error) throw look;
    return { compared: 7, differences: look };
  }

  repair(_region: string, differences: readonly Difference[]): Promise<ReadonlySet<string>> {
    this.asked.push(...differences);
    return Promise.resolve(new Set(differences.map(({ subject }) => subject).filter((each) => !this.cannot.has(each))));
  }
}

describe('comparisons', () => {
  let environment: Awaited<ReturnType<typeof testEnvironment<{ postgres: true }>>>;
  let db: DataSource;
  let truths: MadeUp;

  beforeAll(async () => {
    Logger.overrideLogger(false); // what is wrong here is made up
    environment = await testEnvironment({ postgres: true });
    const url = new URL(environment.postgres.adminUrl);
    url.pathname = environment.postgres.database;
    db = await new DataSource({ type: 'postgres', url: url.href }).initialize();
    await db.query('CREATE SCHEMA catalog');
    await createReconciliationTable(db.createQueryRunner(), 'catalog');
  });
  beforeEach(async () => {
    await db.query('DELETE FROM catalog.reconciliations');
    truths = new MadeUp();
  });
  afterAll(async () => {
    Logger.overrideLogger(true);
    await db.destroy();
    await environment.close();
  });

  function reconciler(): Reconciler {
    const pace = { RECONCILE_SECONDS: 3600, RECONCILE_GRACE_SECONDS: 0 };
    return new Reconciler({ ...pace, service: 'catalog', db, reconciliations: [truths] });
  }

  async function made(by = reconciler()): Promise<object | undefined> {
    await by.start(REGION, ['objects']);
    await by.reconcileDue();
    return (await by.list(REGION))[0];
  }

  it('are not made before they are due, and are due for the first time after a while', async () => {
    await reconciler().reconcileDue();
    expect(truths.made).toBe(0);
    expect(await reconciler().list(REGION)).toMatchObject([{ name: 'objects', started_at: null, finished_at: null }]);
  });

  it('that find nothing look once', async () => {
    expect(await made()).toMatchObject({ compared: 7, found: 0, repaired: 0, differences: [], error: null });
    expect(truths.made).toBe(1);
  });

  it('take nothing for wrong that is right by the second look, and nothing that came meanwhile', async () => {
    truths.looks.push([wrong('arriving'), wrong('lasting')], [wrong('lasting'), wrong('new')]);
    expect(await made()).toMatchObject({
      found: 1,
      repaired: 1,
      differences: [{ subject: 'lasting', repaired: true }],
    });
    expect(truths.asked).toEqual([wrong('lasting')]);
  });

  it('tell first of what they could not repair, and count what they do not tell', async () => {
    const all = Array.from({ length: 150 }, (_, n) => wrong(`object ${n}`));
    truths.looks.push(all, all);
    truths.cannot = new Set(['object 149']);
    const report = await made();
    expect(report).toMatchObject({ found: 150, repaired: 149 });
    const { differences } = report as { differences: (Difference & { repaired: boolean })[] };
    expect(differences).toHaveLength(100);
    expect(differences[0]).toMatchObject({ subject: 'object 149', repaired: false });
  });

  it('that fail say so, and are made again', async () => {
    truths.looks.push(new Error('password of the store'));
    const report = await made();
    expect(report).toMatchObject({ error: expect.stringContaining('log') });
    expect(JSON.stringify(report)).not.toContain('password');
    expect(await made()).toMatchObject({ error: null, compared: 7 });
  });

  it('are made by one process of several, once', async () => {
    const processes = [reconciler(), reconciler(), reconciler()];
    await processes[0]?.start(REGION, ['objects']);
    await Promise.all(processes.map((each) => each.reconcileDue()));
    expect([truths.made, truths.mostUnderWay]).toEqual([1, 1]);
  });

  it('are made by another process when theirs is lost', async () => {
    await reconciler().start(REGION, ['objects']);
    await db.query(`UPDATE catalog.reconciliations SET started_at = now() - interval '1 hour'`); // and never finished
    await reconciler().reconcileDue();
    expect(truths.made).toBe(1);
  });

  it('that were begun anew elsewhere do not end what is under way there', async () => {
    const slow = reconciler();
    await slow.start(REGION, ['objects']);
    let begunAnew = '';
    truths.find = async () => {
      const [row]: { started_at: string }[] = await db
        .query(`UPDATE catalog.reconciliations SET started_at = clock_timestamp() RETURNING started_at::text`)
        .then(([rows]: [{ started_at: string }[]]) => rows);
      begunAnew = row?.started_at ?? '';
      return { compared: 1, differences: [] };
    };
    await slow.reconcileDue();
    const rows: object[] = await db.query('SELECT started_at::text, finished_at FROM catalog.reconciliations');
    expect(rows).toEqual([{ started_at: begunAnew, finished_at: null }]);
  });

  it('start only what the service makes', async () => {
    expect(await reconciler().start(REGION, ['ledger', 'objects'])).toEqual(['objects']);
    expect(await reconciler().start('elsewhere', ['objects'])).toEqual([]);
  });
});
