import type { Held, S3Call, S3Gate } from '@imago/testing';
import type { ExportPhaseName } from '../src/exports/phases/export-phase.ts';

/** A moment in a phase of an export, as the store sees it. */
export interface PhaseMoment {
  readonly phase: ExportPhaseName;
  readonly moment: string;
  /** Keeps the export there. */
  readonly hold: (gate: S3Gate) => Held;
}

const isFile = (call: S3Call): boolean => call.key.startsWith('exports/');
const isImage = (call: S3Call): boolean => call.key.startsWith('images/');

/** The object is looked at in `admit`, and again right before it is made. */
function secondLook(): (call: S3Call) => boolean {
  let looks = 0;
  return (call) => call.action === 'head' && isFile(call) && ++looks === 2;
}

/** Every phase, most of them at more than one moment. */
export const PHASE_MOMENTS: readonly PhaseMoment[] = [
  {
    phase: 'admit',
    moment: 'before it has looked at the object',
    hold: (gate) => gate.hold((call) => call.action === 'head' && isFile(call)),
  },
  { phase: 'map', moment: 'before it has seen the image', hold: (gate) => gate.hold((call) => isImage(call)) },
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
    moment: 'before it has looked what is there',
    hold: (gate) => gate.hold(secondLook()),
  },
  {
    phase: 'seal',
    moment: 'before the object is completed',
    hold: (gate) => gate.hold((call) => call.action === 'complete_upload'),
  },
  {
    phase: 'verify',
    moment: 'before the object is read back',
    hold: (gate) => gate.hold((call) => call.action === 'read' && isFile(call)),
  },
];
