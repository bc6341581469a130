import type { ImportPhaseName } from '../import-job.ts';
import { unpackingAgain } from '../source/unpacked-file.ts';
import { activate } from './activate.ts';
import { admit } from './admit.ts';
import { check } from './check.ts';
import { examine } from './examine.ts';
import type { ImportPhase, ImportTools } from './import-phase.ts';
import { inspect } from './inspect.ts';
import { scan } from './scan.ts';
import { seal } from './seal.ts';
import { transfer } from './transfer.ts';
import { unpack } from './unpack.ts';
import { verify } from './verify.ts';

/**
 * An import, phase by phase. Any of them may be begun again by another worker.
 * @param attempts how many there may be of a phase
 */
export function importPhases(tools: ImportTools, attempts: number): Readonly<Record<ImportPhaseName, ImportPhase>> {
  return {
    admit: admit(tools),
    unpack: unpack(tools),
    inspect: unpackingAgain(inspect(tools)),
    check: check(tools),
    transfer: unpackingAgain(transfer(tools)),
    seal: seal(tools),
    verify: verify(tools),
    examine: examine(tools, attempts),
    scan: scan(tools, attempts),
    activate: activate(tools),
  };
}
