import type { Held, S3Call, S3Gate } from '@imago/testing';
import type { CopyPhaseName } from '../src/copies/phases/copy-phase.ts';

/** A moment in a phase of a copy that travels, as the stores see it. */
export interface CopyMoment {
  readonly phase: CopyPhaseName;
  readonly moment: string;
  /** Keeps the copy there. */
  readonly hold: (gate: S3Gate, source: string) => Held;
}

const isIndex = ({ key }: S3Call): boolean => key.endsWith('.index');

function isCopy(call: S3Call, source: string): boolean {
  return call.key.startsWith('images/') && call.key !== source && !isIndex(call);
}

/** The copy is looked at when it was completed, and once more when it was read back. */
function nthLook(source: string, nth: number): (call: S3Call) => boolean {
  let looks = 0;
  return (call) => call.action === 'head' && isCopy(call, source) && ++looks === nth;
}

/** Every phase, most of them at more than one moment. `source` is the key of the object that is copied. */
export const COPY_MOMENTS: readonly CopyMoment[] = [
  { phase: 'map', moment: 'before it has seen the image', hold: (gate) => gate.hold((call) => call.action === 'head') },
  {
    phase: 'transfer',
    moment: 'with a part stored and not journaled',
    hold: (gate) => gate.hold((call) => call.action === 'copy_part' && call.partNumber === 2, 'after'),
  },
  {
    phase: 'transfer',
    moment: 'before it has begun an upload',
    hold: (gate) => gate.hold((call) => call.action === 'create_upload'),
  },
  {
    phase: 'transfer',
    moment: 'with an upload begun and not saved',
    hold: (gate) => gate.hold((call) => call.action === 'create_upload', 'after'),
  },
  {
    phase: 'seal',
    moment: 'with the object completed and not said',
    hold: (gate) => gate.hold((call) => call.action === 'complete_upload', 'after'),
  },
  {
    phase: 'seal',
    moment: 'before the object is completed',
    hold: (gate) => gate.hold((call) => call.action === 'complete_upload'),
  },
  {
    phase: 'seal',
    moment: 'with the object there and its index not',
    hold: (gate) => gate.hold((call) => call.action === 'put' && isIndex(call)),
  },
  {
    phase: 'verify',
    moment: 'before the object is read back',
    hold: (gate, source) => gate.hold((call) => call.action === 'read' && isCopy(call, source)),
  },
  {
    phase: 'activate',
    moment: 'before it has looked at the object',
    hold: (gate, source) => gate.hold(nthLook(source, 2)),
  },
];
