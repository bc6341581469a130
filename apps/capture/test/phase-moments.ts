import type { S3Call, S3Gate } from '@imago/testing';
import type { CapturePhaseName } from '../src/captures/phases/capture-phase.ts';
import type { ComputeBook } from './compute-neighbour.ts';

/** A moment in a phase of a capture, as the store and the host of the server see it. */
export interface PhaseMoment {
  readonly phase: CapturePhaseName;
  readonly moment: string;
  /** Keeps the capture there. */
  readonly hold: (gate: S3Gate, compute: ComputeBook) => HeldMoment;
}

export interface HeldMoment {
  /** Resolves when it is there. */
  readonly arrived: Promise<unknown>;
  /** Lets it go on, and those that come later. */
  release(): void;
}

const isIndex = (call: S3Call): boolean => call.key.endsWith('.index');
const isObject = (call: S3Call): boolean => call.key.startsWith('images/') && !isIndex(call);

/**
 * Which call of its kind for the object of the capture it is. The first one for any object is for that one: the base of
 * the disk is not asked for before the image is examined.
 */
function nth(action: 'head' | 'read', which: number): (call: S3Call) => boolean {
  let [own, calls] = ['', 0];
  return (call) => {
    if (call.action !== action || !isObject(call)) return false;
    own ||= call.key;
    return call.key === own && ++calls === which;
  };
}

/** Every phase, most of them at more than one moment. */
export const PHASE_MOMENTS: readonly PhaseMoment[] = [
  {
    phase: 'lock',
    moment: 'before it has looked at the lock',
    hold: (_, compute) => compute.holdLooks(),
  },
  {
    phase: 'map',
    moment: 'before it has the map',
    hold: (_, compute) => compute.exports.hold((call) => call.path === 'map'),
  },
  {
    phase: 'transfer',
    moment: 'with a part stored and not journaled',
    hold: (gate) => gate.hold((call) => call.action === 'upload_part' && call.partNumber === 2, 'after'),
  },
  {
    phase: 'transfer',
    moment: 'with an upload begun and not saved',
    hold: (gate) => gate.hold((call) => call.action === 'create_upload', 'after'),
  },
  {
    phase: 'transfer',
    moment: 'before the host has given a byte',
    hold: (_, compute) => compute.exports.hold((call) => call.path === 'data'),
  },
  {
    phase: 'seal',
    moment: 'with the object completed and not said',
    hold: (gate) => gate.hold((call) => call.action === 'complete_upload', 'after'),
  },
  {
    phase: 'seal',
    moment: 'with the head stored and not journaled',
    hold: (gate) => gate.hold((call) => call.action === 'upload_part' && call.partNumber === 1, 'after'),
  },
  {
    phase: 'seal',
    moment: 'before the object is completed',
    hold: (gate) => gate.hold((call) => call.action === 'complete_upload'),
  },
  {
    phase: 'seal',
    moment: 'before the index is stored',
    hold: (gate) => gate.hold((call) => call.action === 'put' && isIndex(call)),
  },
  {
    phase: 'verify',
    moment: 'before the object is read back',
    hold: (gate) => gate.hold(nth('read', 1)),
  },
  { phase: 'examine', moment: 'before it is opened', hold: (gate) => gate.hold(nth('head', 2)) },
  { phase: 'examine', moment: 'before it is read', hold: (gate) => gate.hold(nth('read', 2)) },
  { phase: 'activate', moment: 'before the last look', hold: (gate) => gate.hold(nth('head', 3)) },
];
