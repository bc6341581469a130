import type { JobTools } from '../jobs/job-tools.ts';
import { requireSealed } from '../stored/read-back.ts';
import { flattened } from './flatten-events.ts';
import type { FlattenPhase, FlattenPhaseName } from './flatten-phase.ts';
import { map } from './map.ts';
import { seal } from './seal.ts';
import { transfer } from './transfer.ts';
import { verify } from './verify.ts';

/** A flattening, phase by phase. Any of them may be begun again by another worker. */
export function flattenPhases(tools: JobTools): Readonly<Record<FlattenPhaseName, FlattenPhase>> {
  return {
    map: map(tools),
    transfer: transfer(tools),
    seal: seal(tools),
    verify: verify(tools),
    activate: async (context) => {
      await requireSealed(context, tools);
      return { succeeded: flattened };
    },
  };
}
