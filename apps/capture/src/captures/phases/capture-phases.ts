import type { JobTools } from '../../jobs/job-tools.ts';
import { activate } from './activate.ts';
import type { CapturePhase, CapturePhaseName } from './capture-phase.ts';
import { examine } from './examine.ts';
import { lock } from './lock.ts';
import { map } from './map.ts';
import { seal } from './seal.ts';
import { transfer } from './transfer.ts';
import { verify } from './verify.ts';

/** A capture, phase by phase. Any of them may be begun again by another worker. That its server is released follows from its end. */
export function capturePhases(tools: JobTools): Readonly<Record<CapturePhaseName, CapturePhase>> {
  return {
    lock: lock(tools),
    map: map(tools),
    transfer: transfer(tools),
    seal: seal(tools),
    verify: verify(tools),
    examine: examine(tools),
    activate: activate(tools),
  };
}
