import { parseArgs } from 'node:util';
import type { DataOf, EventEnvelope, ImageStorageChangedV1, UsageLine } from '@imago/contracts';
import { logIn, type Session } from '@imago/system/session';
import { runningInstallation } from './run-file.ts';
import { complain } from './steps.ts';
import { chargedHours, type StorageChange } from './usage/charged-hours.ts';

// npm run usage -- verify [--from INSTANT] [--to INSTANT] [--region NAME]: computes what everybody is charged for once
// more, from the log alone, and compares it with what the service says. Ends with 1 where they differ.

const HOUR = 3_600_000;
const options = { from: { type: 'string' }, to: { type: 'string' }, region: { type: 'string' } } as const;

try {
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  if (positionals.join(' ') !== 'verify')
    throw new Error('Usage: npm run usage -- verify [--from T] [--to T] [--region R]');
  const operator = await operatorSession();
  const prefix = values.region === undefined ? '' : `/regions/${values.region}`;
  const now = Date.now();
  const range = rangeOf(values, now);
  const [log, said] = [await changesIn(operator, prefix), await usageOf(operator, prefix, range)];
  const computed = chargedHours(log, { ...range, now });
  const differences = compare(computed, said);
  for (const difference of differences) console.log(difference);
  console.log(`${computed.size} image hours from ${log.length} changes in the log: ${differences.length} differences.`);
  process.exitCode = differences.length === 0 ? 0 : 1;
} catch (error) {
  complain(error);
  process.exitCode = 1;
}

async function operatorSession(): Promise<Session> {
  const run = await runningInstallation();
  const operator = run.users.find(({ role }) => role === 'admin');
  if (operator === undefined) throw new Error('The installation has no operator.');
  return logIn(run.gateway, operator);
}

/** Whole hours; the month so far, unless another range is asked for. What begins meanwhile is not compared. */
function rangeOf({ from, to }: { from?: string; to?: string }, now: number): { from: number; to: number } {
  const month = new Date(now);
  const begin = from === undefined ? Date.UTC(month.getUTCFullYear(), month.getUTCMonth(), 1) : Date.parse(from);
  const end = Math.min(to === undefined ? Infinity : Date.parse(to), Math.floor(now / HOUR) * HOUR + HOUR);
  if (!(begin < end)) throw new Error('The range has no hours.');
  return { from: Math.ceil(begin / HOUR) * HOUR, to: end };
}

async function changesIn(operator: Session, prefix: string): Promise<readonly StorageChange[]> {
  type Event = EventEnvelope<DataOf<typeof ImageStorageChangedV1>>;
  const changes: StorageChange[] = [];
  let next: string | undefined = '/v1/operator/events?type=ImageStorageChanged&limit=1000';
  while (next !== undefined) {
    const page: { events: Event[]; next?: string } = await operator.need('GET', prefix + next);
    changes.push(...page.events.map(({ data, time }) => ({ ...data, at: Date.parse(time) })));
    next = page.next;
  }
  return changes;
}

async function usageOf(
  operator: Session,
  prefix: string,
  { from, to }: { from: number; to: number },
): Promise<ReadonlyMap<string, bigint>> {
  const said = new Map<string, bigint>();
  const range = `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`;
  let next: string | undefined = `/v1/usage?by=image_hour&project_id=all&limit=1000&${range}`;
  while (next !== undefined) {
    const page: { usage: UsageLine[]; next?: string } = await operator.need('GET', prefix + next);
    for (const { project_id, image_id, from: hour, byte_hours } of page.usage)
      said.set(`${project_id} ${image_id ?? ''} ${hour ?? ''}`, BigInt(byte_hours));
    next = page.next;
  }
  return said;
}

function compare(computed: ReadonlyMap<string, bigint>, said: ReadonlyMap<string, bigint>): readonly string[] {
  const keys = [...new Set([...computed.keys(), ...said.keys()])].sort();
  return keys.flatMap((key) => {
    const [here, there] = [computed.get(key) ?? 0n, said.get(key) ?? 0n];
    return here === there ? [] : [`${key}: the log says ${here} bytes, the service ${there}`];
  });
}
