import { imageStatus, type ImageStatus } from '@imago/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LIFECYCLE,
  transition,
  type LifecycleEvent,
  type LifecycleState,
  type LifecycleTrigger,
} from './image-lifecycle.ts';

const TRIGGERS = [
  'registered',
  'transfer_begun',
  'upload_begun',
  'stage_begun',
  'import_begun',
  'import_failed',
  'bytes_stored',
  'making_failed',
  'upload_failed',
  'closed',
  'closed_again',
  'opened',
  'abandoned',
  'deleted',
] as const satisfies LifecycleTrigger[];

const EVENT_OF: Readonly<Partial<Record<ImageStatus, LifecycleEvent>>> = {
  queued: 'ImageUpdated',
  saving: 'ImageUpdated',
  uploading: 'ImageUpdated',
  importing: 'ImageUpdated',
  active: 'ImageReady',
  deactivated: 'ImageDeactivated',
  killed: 'ImageFailed',
  deleted: 'ImageDeleted',
};

interface Life {
  readonly states: readonly LifecycleState[];
  readonly events: readonly LifecycleEvent[];
}

function live(inputs: readonly LifecycleTrigger[]): Life {
  return inputs.reduce<Life>(
    (life, input) => {
      const step = transition(life.states.at(-1) ?? 'unregistered', input);
      return step === null ? life : { states: [...life.states, step.to], events: [...life.events, step.event] };
    },
    { states: ['unregistered'], events: [] },
  );
}

function last(inputs: readonly LifecycleTrigger[]): LifecycleState {
  return live(inputs).states.at(-1) ?? 'unregistered';
}

describe('the life of an image', () => {
  it.each([
    ['an import that succeeds', ['registered', 'transfer_begun', 'bytes_stored'], 'active'],
    ['an import that fails before its first byte', ['registered', 'making_failed'], 'killed'],
    ['an import that fails on the way', ['registered', 'transfer_begun', 'making_failed'], 'killed'],
    ['a registration nobody was told about', ['registered', 'abandoned'], 'deleted'],
    ['an image deleted in the making', ['registered', 'transfer_begun', 'deleted', 'bytes_stored'], 'deleted'],
    ['a failed image its owner deletes', ['registered', 'making_failed', 'deleted'], 'deleted'],
    ['a failure that comes after success', ['registered', 'transfer_begun', 'bytes_stored', 'making_failed'], 'active'],
    ['a success that comes after failure', ['registered', 'transfer_begun', 'making_failed', 'bytes_stored'], 'killed'],
    ['an upload that succeeds', ['registered', 'upload_begun', 'bytes_stored'], 'active'],
    ['an upload that fails', ['registered', 'upload_begun', 'upload_failed'], 'queued'],
    ['an upload after one that failed', ['registered', 'upload_begun', 'upload_failed', 'upload_begun'], 'saving'],
    ['a second upload beside the first', ['registered', 'upload_begun', 'upload_begun'], 'saving'],
    ['an image deleted while it is uploaded', ['registered', 'upload_begun', 'deleted', 'bytes_stored'], 'deleted'],
    ['an upload that fails after success', ['registered', 'upload_begun', 'bytes_stored', 'upload_failed'], 'active'],
    ['a staged file that is imported', ['registered', 'stage_begun', 'import_begun', 'bytes_stored'], 'active'],
    ['a staged file that is cut', ['registered', 'stage_begun', 'upload_failed'], 'queued'],
    ['an import into it that fails', ['registered', 'import_begun', 'import_failed'], 'queued'],
    [
      'another one after that',
      ['registered', 'import_begun', 'import_failed', 'import_begun', 'bytes_stored'],
      'active',
    ],
    ['an image its owner closes', ['registered', 'upload_begun', 'bytes_stored', 'closed'], 'deactivated'],
    ['one that is opened again', ['registered', 'upload_begun', 'bytes_stored', 'closed', 'opened'], 'active'],
    [
      'one an operator closes too',
      ['registered', 'upload_begun', 'bytes_stored', 'closed', 'closed_again'],
      'deactivated',
    ],
    ['one that was not closed once', ['registered', 'upload_begun', 'bytes_stored', 'closed_again'], 'active'],
    ['an image in the making nobody can close', ['registered', 'closed', 'upload_begun', 'closed'], 'saving'],
    ['bytes without an allocated object', ['registered', 'bytes_stored'], 'queued'],
    ['an image in the making nobody may take back', ['registered', 'transfer_begun', 'abandoned'], 'importing'],
  ] as const)('%s ends as it must', (_story, inputs, end) => {
    expect(last(inputs)).toBe(end);
  });

  it('can be ended by its owner in every state it can be in', () => {
    for (const status of imageStatus.exclude(['deleted']).options) {
      expect(transition(status, 'deleted')).toEqual({ to: 'deleted', event: 'ImageDeleted' });
    }
  });

  it('begins with its registration and tells of every later transition by the event of the state it leads to', () => {
    const { unregistered, deactivated, ...registered } = LIFECYCLE;
    expect(deactivated.opened).toEqual({ to: 'active', event: 'ImageReactivated' });
    expect(unregistered).toEqual({ registered: { to: 'queued', event: 'ImageRegistered' } });
    for (const step of Object.values(registered).flatMap((steps) => Object.values(steps))) {
      expect(EVENT_OF[step.to]).toBe(step.event);
    }
  });

  it('comes back to a state only by a failed upload or import or by being closed and opened, whatever the order and number of its inputs', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...TRIGGERS), { maxLength: 40 }), (inputs) => {
        const { states, events } = live(inputs);
        const often: readonly LifecycleState[] = [
          'queued',
          'saving',
          'uploading',
          'importing',
          'active',
          'deactivated',
        ];
        const before: readonly (LifecycleState | undefined)[] = ['saving', 'uploading', 'importing'];
        const once = states.filter((state) => !often.includes(state));
        expect(new Set(once).size).toBe(once.length);
        expect(states.filter((state, at) => state === 'queued' && at > 1 && !before.includes(states[at - 1]))).toEqual(
          [],
        );
        expect(events).toHaveLength(states.length - 1);
      }),
    );
  });

  it('changes nothing by late inputs once it is deleted', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...TRIGGERS), { maxLength: 20 }), (late) => {
        expect(last(['registered', 'deleted', ...late])).toBe('deleted');
        expect(live(['registered', 'deleted', ...late]).events).toEqual(['ImageRegistered', 'ImageDeleted']);
      }),
    );
  });

  it('is ready only after its transfer began and never both ready and failed', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...TRIGGERS), { maxLength: 40 }), (inputs) => {
        const { states } = live(inputs);
        if (states.includes('active')) {
          expect(['importing', 'saving']).toContain(states[states.indexOf('active') - 1]);
        }
        expect(states.includes('active') && states.includes('killed')).toBe(false);
      }),
    );
  });
});
