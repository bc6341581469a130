import type { JobTools } from '../../jobs/job-tools.ts';
import { heeding } from '../../jobs/look-again.ts';
import { lookingAtImage } from '../export-place.ts';
import { admit } from './admit.ts';
import type { ExportPhase, ExportPhaseName } from './export-phase.ts';
import { map } from './map.ts';
import { seal } from './seal.ts';
import { transfer } from './transfer.ts';
import { verify } from './verify.ts';

/** An export, phase by phase. Any of them may be begun again by another worker. */
export function exportPhases(tools: JobTools): Readonly<Record<ExportPhaseName, ExportPhase>> {
  const looking = lookingAtImage(tools);
  return {
    admit: admit(tools),
    map: map(tools),
    transfer: heeding(looking, transfer(tools)),
    seal: heeding(looking, seal(tools)),
    verify: verify(tools),
  };
}
