import type { components } from '../gateway/openapi.ts';

export type OperationsReport = components['schemas']['Operations'];
export type ShownService = OperationsReport['services'][number];

type Untold = Extract<OperationsReport['jobs'], { error: unknown }>;
export type QueueDepth = Exclude<OperationsReport['queues'], Untold>[number];
export type JobReport = Exclude<OperationsReport['jobs'], Untold>;
export type StorageReport = Exclude<OperationsReport['storage'], Untold>;

/** A part of the report; null when it could not be told. */
export function told<T extends object>(part: T): Exclude<T, Untold> | null {
  return 'error' in part ? null : (part as Exclude<T, Untold>);
}

/** What waits in queues of a service, parked messages apart. */
export function waitingIn(queues: readonly QueueDepth[], parked: boolean, service?: string): number {
  return queues
    .filter((queue) => (queue.purpose === 'parked') === parked && (service === undefined || queue.service === service))
    .reduce((sum, { messages }) => sum + (messages ?? 0), 0);
}

/** Queues that somebody has to consume and nobody does. */
export function unconsumed(queues: readonly QueueDepth[]): readonly QueueDepth[] {
  return queues.filter(
    ({ purpose, consumers }) => (purpose === 'events' || purpose === 'requests') && (consumers ?? 0) === 0,
  );
}

/** The sum of byte counts, which are decimal text. */
export function sumOfBytes(parts: readonly { readonly bytes: string }[]): string {
  return parts.reduce((sum, { bytes }) => sum + BigInt(bytes), 0n).toString();
}

/** The hours of a day up to now, so that hours in which nothing happened have their place too. */
export function lastHours(now: Date, count = 24): readonly string[] {
  const hour = 3_600_000;
  const last = Math.floor(now.getTime() / hour) * hour;
  return Array.from({ length: count }, (_, place) => new Date(last - (count - 1 - place) * hour).toISOString());
}
