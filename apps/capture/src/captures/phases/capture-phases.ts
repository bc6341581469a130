import type { JobTools } from '../../jobs/job-tools.ts';
import { activate } from './activate.ts';
import { acrossDisks } from '../machine-disks.ts';
import type { CapturePhase, CapturePhaseName } from './capture-phase.ts';
import { examine } from './examine.ts';
import { generalize } from './generalize.ts';
import { lock } from './lock.ts';
import { map } from './map.ts';
import { seal } from './seal.ts';
import { transfer } from './transfer.ts';
import { verify } from './verify.ts';

/** A capture, phase by phase, of a machine those of each disk after the other. Any of them may be begun again by another worker. That its server is released follows from its end. */
export function capturePhases(tools: JobTools): Readonly<Record<CapturePhaseName, CapturePhase>> {
  return {
    lock: lock(tools),
    generalize: ofOneDisk(generalize(tools)),
    map: ofOneDisk(map(tools)),
    transfer: ofOneDisk(transfer(tools)),
    seal: ofOneDisk(seal(tools)),
    verify: ofOneDisk(verify(tools)),
    examine: ofOneDisk(examine(tools)),
    activate: activate(tools),
  };
}

function ofOneDisk(phase: CapturePhase): CapturePhase {
  return (context) => phase(acrossDisks(context));
}
