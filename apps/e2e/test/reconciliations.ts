import { type ReconciliationName, RECONCILIATIONS, type ReconciliationReport } from '@imago/contracts';
import { eventually } from '@imago/testing';
import { expect } from 'vitest';
import type { Tenant } from './tenant.ts';

export const RECONCILIATIONS_PATH = '/v1/operator/reconciliations';

type Reports = ReadonlyMap<ReconciliationName, ReconciliationReport>;

/** What the comparisons of all truths find when an operator has them made now. */
export async function reconciled(operator: Tenant): Promise<Reports> {
  const before = await eventually(() => allReports(operator)); // each service has its own as soon as it has looked once
  const { status, body } = await operator.ask<{ started: string[] }>('POST', RECONCILIATIONS_PATH, {});
  expect([status, body.started.length]).toEqual([202, before.size]);
  return eventually(async () => {
    const now = await allReports(operator);
    for (const [name, { started_at, finished_at }] of now) {
      expect(started_at).not.toBe(before.get(name)?.started_at ?? null);
      expect((finished_at ?? '') >= (started_at ?? '')).toBe(true);
    }
    return now;
  });
}

async function allReports(operator: Tenant): Promise<Reports> {
  const { reports } = await operator.get<{ reports: ReconciliationReport[] }>(RECONCILIATIONS_PATH);
  expect(reports.map(({ name }) => name).sort()).toEqual(Object.keys(RECONCILIATIONS).sort());
  return new Map(reports.map((report) => [report.name, report]));
}
