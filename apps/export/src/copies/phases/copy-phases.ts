import type { JobTools } from '../../jobs/job-tools.ts';
import { heeding } from '../../jobs/look-again.ts';
import { lookingAtSource } from '../copy-place.ts';
import { acrossDisks } from '../machine-copies.ts';
import { activate } from './activate.ts';
import type { CopyPhase, CopyPhaseName } from './copy-phase.ts';
import { map } from './map.ts';
import { seal } from './seal.ts';
import { transfer } from './transfer.ts';
import { verify } from './verify.ts';

/** A copy, phase by phase, of a machine those of each disk after the other. Any of them may be begun again by another worker. */
export function copyPhases(tools: JobTools): Readonly<Record<CopyPhaseName, CopyPhase>> {
  return {
    map: ofOneDisk(map(tools)),
    transfer: ofOneDisk(heeding(lookingAtSource(tools), transfer(tools))),
    seal: ofOneDisk(seal(tools)),
    verify: ofOneDisk(verify(tools)),
    activate: activate(tools),
  };
}

function ofOneDisk(phase: CopyPhase): CopyPhase {
  return (context) => phase(acrossDisks(context));
}
