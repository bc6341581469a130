import { jobSucceeded } from '../orders/job-events.ts';
import { inputFor } from '../orders/server-job.ts';
import { onHost, type ServerPhase, type ServerTools } from './server-phase.ts';

/** Switches a server off. */
export function stop(tools: ServerTools): ServerPhase {
  return async ({ job, signal }) => {
    const { server_id, hard } = inputFor(job, 'stopping');
    await onHost(tools.hypervisor.stop(server_id, { patience: hard ? 0 : tools.patience, signal }));
    return { succeeded: jobSucceeded };
  };
}

/** Lets a server start again; one that switched itself off meanwhile is switched on. */
export function reboot(tools: ServerTools): ServerPhase {
  return async ({ job, signal }) => {
    const { server_id, hard } = inputFor(job, 'rebooting');
    const power = await onHost(tools.hypervisor.power(server_id));
    const work =
      power === 'running'
        ? tools.hypervisor.reboot(server_id, { patience: hard ? 0 : tools.patience, signal })
        : tools.hypervisor.start(server_id, signal);
    await onHost(work);
    return { succeeded: jobSucceeded };
  };
}

/** Removes everything the host has of a server. */
export function remove(tools: ServerTools): ServerPhase {
  return async ({ job }) => {
    const { server_id } = inputFor(job, 'deleting');
    await onHost(tools.hypervisor.delete(server_id));
    return { succeeded: jobSucceeded };
  };
}
