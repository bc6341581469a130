import type { ServerInput } from '../src/orders/server-job.ts';
import type { MachineAction } from './machine-gate.ts';

/** A moment in a job, as the host sees it. */
export interface TaskMoment {
  readonly task: ServerInput['task'];
  readonly action: MachineAction;
  readonly when: 'before' | 'after';
}

const STEPS: readonly (readonly [ServerInput['task'], MachineAction])[] = [
  ['creating', 'create'],
  ['creating', 'start'],
  ['starting', 'start'],
  ['stopping', 'stop'],
  ['rebooting', 'reboot'],
  ['changing_os', 'changeSystemDisk'],
  ['deleting', 'delete'],
];

/** Every step on the host: before it is done, and done with nobody having been told. */
export const TASK_MOMENTS: readonly TaskMoment[] = STEPS.flatMap(([task, action]) =>
  (['before', 'after'] as const).map((when) => ({ task, action, when })),
);
