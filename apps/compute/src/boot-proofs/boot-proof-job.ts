import type { BaseImage } from '@imago/hypervisor';
import type { JobRecord, PhaseContext, PhaseOutcome } from '@imago/jobs';

/** What was asked for. Never changes. */
export interface BootProofInput {
  /** The disk that is made of the image, under which catalog keeps the image's bytes meanwhile. */
  readonly disk_id: string;
}

/** The machine an image is booted on. */
export interface ProofMachine {
  readonly base: BaseImage;
  /** GiB its disk may grow to. */
  readonly size_gib: number;
  /** MiB. */
  readonly ram: number;
  readonly firmware: 'bios' | 'uefi';
}

/** What the phases have found out so far. */
export interface BootProofData {
  readonly machine?: ProofMachine;
}

export type BootProofJob = JobRecord<BootProofInput, BootProofData>;
export type BootProofContext = PhaseContext<BootProofInput, BootProofData>;
export type BootProofPhaseName = 'hold' | 'boot';
export type BootProofPhase = (context: BootProofContext) => Promise<PhaseOutcome<BootProofInput, BootProofData>>;
