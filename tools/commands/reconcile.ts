import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ReconciliationName, ReconciliationReport } from '@imago/contracts';
import type { Session } from '@imago/system/session';
import { operatorSession } from './operator-session.ts';
import { complain } from './steps.ts';

// npm run reconcile [-- NAME...] [--region NAME]: holds every pair of truths against each other now, repairs what can be
// repaired, and says what was found. Ends with 1 when something is left that is wrong.

const LOOK_MS = 500;
const options = { region: { type: 'string' } } as const;

try {
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  const operator = await operatorSession();
  const path = `${values.region === undefined ? '' : `/regions/${values.region}`}/v1/operator/reconciliations`;
  const before = await reports(operator, path);
  const body = positionals.length === 0 ? {} : { names: positionals };
  const { started } = await operator.need<{ started: ReconciliationName[] }>('POST', path, body);
  const done = await Promise.all(started.map((name) => ended(operator, path, { name, before })));
  for (const report of done) tell(report);
  process.exitCode = done.every(({ found, repaired, error }) => found === repaired && error === null) ? 0 : 1;
} catch (error) {
  complain(error);
  process.exitCode = 1;
}

async function reports(operator: Session, path: string): Promise<readonly ReconciliationReport[]> {
  return (await operator.need<{ reports: ReconciliationReport[] }>('GET', path)).reports;
}

/** The report of a comparison that was begun after those reports were given. */
async function ended(
  operator: Session,
  path: string,
  { name, before }: { readonly name: ReconciliationName; readonly before: readonly ReconciliationReport[] },
): Promise<ReconciliationReport> {
  const last = before.find((each) => each.name === name)?.started_at ?? null;
  for (;;) {
    const now = (await reports(operator, path)).find((each) => each.name === name);
    const isNew = now !== undefined && now.started_at !== null && now.started_at !== last;
    if (isNew && now.finished_at !== null && now.finished_at >= (now.started_at ?? '')) return now;
    await delay(LOOK_MS);
  }
}

function tell({ name, compared, found, repaired, differences, error }: ReconciliationReport): void {
  console.log(error ?? `${name}: ${compared} compared, ${found} wrong, ${repaired} repaired`);
  for (const each of differences)
    console.log(`  ${each.repaired ? 'repaired' : 'LEFT'}  ${each.problem}  ${each.subject}  ${each.detail}`);
}
