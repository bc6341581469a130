import type { ServerPhaseName } from '../orders/server-job.ts';
import { build } from './build.ts';
import { changeOs } from './change-os.ts';
import { reboot, remove, stop } from './operate.ts';
import type { ServerPhase, ServerTools } from './server-phase.ts';
import { start } from './start.ts';

/** Every phase a job of a server may have. Any of them may be begun again by another worker of the host. */
export function serverPhases(tools: ServerTools): Readonly<Record<ServerPhaseName, ServerPhase>> {
  return {
    build: build(tools),
    start: start(tools),
    stop: stop(tools),
    reboot: reboot(tools),
    change_os: changeOs(tools),
    delete: remove(tools),
  };
}
