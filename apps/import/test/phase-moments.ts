import type { Held, S3Call, S3Gate } from '@imago/testing';
import type { ImportPhaseName } from '../src/imports/import-job.ts';

/** A moment in a phase of an import, as the store sees it. */
export interface PhaseMoment {
  readonly phase: ImportPhaseName;
  readonly moment: string;
  /** Keeps the import there. */
  readonly hold: (gate: S3Gate) => Held;
}

const ofImage = (call: S3Call): boolean => call.key.startsWith('images/');
const isIndex = (call: S3Call): boolean => call.key.endsWith('.index');

/** The image's object is looked at after its completion, before it is examined, and once more at the very end. */
function look(which: number): (call: S3Call) => boolean {
  let looks = 0;
  return (call) => call.action === 'head' && ofImage(call) && !isIndex(call) && ++looks === which;
}

/** It is read whole to be verified, then in pieces to be examined. */
function secondRead(): (call: S3Call) => boolean {
  let reads = 0;
  return (call) => call.action === 'read' && ofImage(call) && !isIndex(call) && ++reads === 2;
}

/** Every phase, most of them at more than one moment. */
export const PHASE_MOMENTS: readonly PhaseMoment[] = [
  {
    phase: 'admit',
    moment: 'before it has looked at the file',
    hold: (gate) => gate.hold((call) => call.action === 'head' && !ofImage(call)),
  },
  {
    phase: 'inspect',
    moment: 'before it has read the file',
    hold: (gate) => gate.hold((call) => call.action === 'read' && !ofImage(call)),
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
    hold: (gate) => gate.hold((call) => call.action === 'read' && ofImage(call)),
  },
  { phase: 'examine', moment: 'before it is opened', hold: (gate) => gate.hold(look(2)) },
  { phase: 'examine', moment: 'before it is read', hold: (gate) => gate.hold(secondRead()) },
  { phase: 'activate', moment: 'before the last look', hold: (gate) => gate.hold(look(3)) },
];
