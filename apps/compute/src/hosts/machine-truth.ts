import type { ServerStatus } from '@imago/contracts';
import type { PowerState } from '@imago/hypervisor';

/** What a host has to do about a server whose row and machine differ. */
export type Correction =
  /** Its machine is gone, and nobody asked for that. */
  | 'note_stopped'
  /** Its machine runs, and nobody knew. */
  | 'note_started'
  /** It could not be built, so its machine must not run. */
  | 'cut_off';

/**
 * What is wrong between the status of a server without a task and its machine; null: nothing. The machine is the truth:
 * rows follow it.
 */
export function correctionOf(status: ServerStatus, power: PowerState | null): Correction | null {
  const runs = power === 'running';
  switch (status) {
    case 'running':
      return runs ? null : 'note_stopped';
    case 'stopped':
      return runs ? 'note_started' : null;
    case 'failed':
      return runs ? 'cut_off' : null;
    case 'building':
    case 'deleted':
      return null;
    default:
      return status satisfies never;
  }
}
