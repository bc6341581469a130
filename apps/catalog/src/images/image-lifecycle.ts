import type { ImageStatus } from '@imago/contracts';

/** Where an image can be, with the moment before it exists. */
export type LifecycleState = 'unregistered' | ImageStatus;

/** What can happen to an image. Later features add their triggers here and nowhere else. */
export type LifecycleTrigger =
  | 'registered'
  | 'transfer_begun'
  | 'upload_begun'
  | 'stage_begun'
  | 'import_begun'
  | 'import_failed'
  | 'bytes_stored'
  | 'making_failed'
  | 'upload_failed'
  | 'closed'
  | 'closed_again'
  | 'opened'
  | 'abandoned'
  | 'deleted';

/** The event that tells of a transition; each transition has exactly one. */
export type LifecycleEvent =
  | 'ImageRegistered'
  | 'ImageUpdated'
  | 'ImageReady'
  | 'ImageFailed'
  | 'ImageDeactivated'
  | 'ImageReactivated'
  | 'ImageDeleted';

export interface Transition {
  readonly to: ImageStatus;
  readonly event: LifecycleEvent;
}

const deleted: Transition = { to: 'deleted', event: 'ImageDeleted' };
const killed: Transition = { to: 'killed', event: 'ImageFailed' };
const queued: Transition = { to: 'queued', event: 'ImageUpdated' };
const importing: Transition = { to: 'importing', event: 'ImageUpdated' };
const active: Transition = { to: 'active', event: 'ImageReady' };

/**
 * The whole life of an image. What a state does not name, it ignores: so a late or repeated input changes nothing, in
 * whatever order inputs arrive.
 */
export const LIFECYCLE: Readonly<Record<LifecycleState, Readonly<Partial<Record<LifecycleTrigger, Transition>>>>> = {
  unregistered: { registered: { to: 'queued', event: 'ImageRegistered' } },
  queued: {
    transfer_begun: importing,
    upload_begun: { to: 'saving', event: 'ImageUpdated' },
    stage_begun: { to: 'uploading', event: 'ImageUpdated' },
    import_begun: importing,
    making_failed: killed,
    abandoned: deleted,
    deleted,
  },
  // A failed upload leaves the image as it was before, as in Glance: its owner may send the file again.
  saving: { bytes_stored: active, upload_failed: queued, deleted },
  uploading: { import_begun: importing, upload_failed: queued, deleted },
  // What a job of its own makes is killed when that fails; what was registered first waits for another try.
  importing: { bytes_stored: active, making_failed: killed, import_failed: queued, deleted },
  active: { closed: { to: 'deactivated', event: 'ImageDeactivated' }, deleted },
  deactivated: {
    // By an operator, what its owner had closed.
    closed_again: { to: 'deactivated', event: 'ImageDeactivated' },
    opened: { to: 'active', event: 'ImageReactivated' },
    deleted,
  },
  killed: { deleted },
  deleted: {},
};

/** What a trigger does in a state; null when the state ignores it. */
export function transition(state: LifecycleState, trigger: LifecycleTrigger): Transition | null {
  return LIFECYCLE[state][trigger] ?? null;
}
