import type { JobTools } from '../../jobs/job-tools.ts';
import { heeding } from '../../jobs/look-again.ts';
import { lookingAtImage } from '../export-place.ts';
import { acrossFiles } from '../machine-files.ts';
import { admit } from './admit.ts';
import type { ExportPhase, ExportPhaseName } from './export-phase.ts';
import { map } from './map.ts';
import { seal } from './seal.ts';
import { transfer } from './transfer.ts';
import { verify } from './verify.ts';

/** An export, phase by phase, of a machine those of each file after the other. Any of them may be begun again by another worker. */
export function exportPhases(tools: JobTools): Readonly<Record<ExportPhaseName, ExportPhase>> {
  const looking = lookingAtImage(tools);
  return {
    admit: admit(tools),
    map: ofOneFile(map(tools)),
    transfer: ofOneFile(heeding(looking, transfer(tools))),
    seal: ofOneFile(heeding(looking, seal(tools))),
    verify: ofOneFile(verify(tools)),
  };
}

function ofOneFile(phase: ExportPhase): ExportPhase {
  return (context) => phase(acrossFiles(context));
}
