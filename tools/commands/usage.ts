import { parseArgs } from 'node:util';
import type { DataOf, EventEnvelope, ImageStorageChangedV1, UsageLine } from '@imago/contracts';
import type { Session } from '@imago/system/session';
import { operatorSession } from './operator-session.ts';
import { complain } from './steps.ts';
import { chargedHours, type StorageChange } from './usage/charged-hours.ts';

// npm run usage -- verify [--from INSTANT] [--to INSTANT] [--region NAME]: computes what everybody is charged for once
// more, from the log alone, and compares it with what the service says. Ends with 1 where they differ.

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const options = { from: { type: 'string' }, to: { type: 'string' }, region: { type: 'string' } } as const;

try {
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  if (positionals.join(' ') !== 'verify')
    throw new Error('Usage: npm run usage -- verify [--from T] [--to T] [--region R]');
  const operator = await operatorSession();
  const prefix = values.region === undefined ? '' : `/regions/${values.region}`;
  const first = await look(operator, prefix, values);
  const found = first.differences.length === 0 ? first : lasting(first, await look(operator, prefix, values));
  for (const difference of found.differences) console.log(difference);
  console.log(
    `${found.hours} image hours from ${found.changes} changes in the log: ${found.differences.length} differences.`,
  );
  process.exitCode = found.differences.length === 0 ? 0 : 1;
} catch (error) {
  complain(error);
  process.exitCode = 1;
}

interface Found {
  readonly hours: number;
  readonly changes: number;
  readonly differences: readonly string[];
}

async function look(operator: Session, prefix: string, asked: { from?: string; to?: string }): Promise<Found> {
  const now = Date.now();
  const range = rangeOf(asked, now);
  const log = await changesIn(operator, prefix);
  const computed = chargedHours(log, { ...range, now });
  const said = new Map<string, bigint>();
  for (const day of daysOf(range)) await addUsage(said, operator, prefix, day);
  return { hours: computed.size, changes: log.length, differences: compare(computed, said) };
}

/** What happens between the readings of the log and of the usage is no fault: it is no difference the second time. */
function lasting(before: Found, now: Found): Found {
  return { ...now, differences: now.differences.filter((difference) => before.differences.includes(difference)) };
}

function rangeOf({ from, to }: { from?: string; to?: string }, now: number): { from: number; to: number } {
  const month = new Date(now);
  const begin = from === undefined ? Date.UTC(month.getUTCFullYear(), month.getUTCMonth(), 1) : Date.parse(from);
  const end = Math.min(to === undefined ? Infinity : Date.parse(to), Math.floor(now / HOUR) * HOUR + HOUR);
  if (!(begin < end)) throw new Error('The range has no hours.');
  return { from: Math.ceil(begin / HOUR) * HOUR, to: end };
}

/** Asked for in small pieces: the service computes a whole range for every page of it. */
function* daysOf({ from, to }: { from: number; to: number }): Generator<{ from: number; to: number }> {
  for (let start = from; start < to; start += DAY) yield { from: start, to: Math.min(start + DAY, to) };
}

async function changesIn(operator: Session, prefix: string): Promise<readonly StorageChange[]> {
  type Event = EventEnvelope<DataOf<typeof ImageStorageChangedV1>>;
  const changes: StorageChange[] = [];
  let next: string | undefined = '/v1/audit?type=ImageStorageChanged&sort_dir=asc&limit=1000';
  while (next !== undefined) {
    const page: { events: Event[]; next?: string } = await operator.need('GET', prefix + next);
    changes.push(...page.events.map(({ data, time }) => ({ ...data, at: Date.parse(time) })));
    next = page.next;
  }
  return changes;
}

async function addUsage(
  said: Map<string, bigint>,
  operator: Session,
  prefix: string,
  { from, to }: { from: number; to: number },
): Promise<void> {
  const range = `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`;
  let next: string | undefined = `/v1/usage?by=image_hour&project_id=all&limit=1000&${range}`;
  while (next !== undefined) {
    const page: { usage: UsageLine[]; next?: string } = await operator.need('GET', prefix + next);
    for (const { project_id, image_id, from: hour, byte_hours } of page.usage)
      said.set(`${project_id} ${image_id ?? ''} ${hour ?? ''}`, BigInt(byte_hours));
    next = page.next;
  }
}

function compare(computed: ReadonlyMap<string, bigint>, said: ReadonlyMap<string, bigint>): readonly string[] {
  const keys = [...new Set([...computed.keys(), ...said.keys()])].sort();
  return keys.flatMap((key) => {
    const [here, there] = [computed.get(key) ?? 0n, said.get(key) ?? 0n];
    return here === there ? [] : [`${key}: the log says ${here} bytes, the service ${there}`];
  });
}
