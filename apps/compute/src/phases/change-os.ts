import { jobSucceeded } from '../orders/job-events.ts';
import { inputFor } from '../orders/server-job.ts';
import { toDiskSpec } from '../servers/server-spec.ts';
import { onHost, type ServerPhase, type ServerTools } from './server-phase.ts';

/** Puts the new system disk in the place of the old one. That it may be there is noted first. */
export function changeOs(tools: ServerTools): ServerPhase {
  return async (context) => {
    const { job } = context;
    const { server_id, disk_id, user_data } = inputFor(job, 'changing_os');
    const { image } = context.data;
    const disk = (await tools.servers.disks(tools.db.manager, [server_id])).find(({ id }) => id === disk_id);
    if (disk === undefined || image === undefined) throw new Error(`Job ${job.id} has no disk to bring`);
    await context.save({ ...context.data, begun: true });
    const change = { disk: toDiskSpec(disk, job.region), user_data, firmware: image.boot_mode };
    await onHost(tools.hypervisor.changeSystemDisk(server_id, change));
    return { succeeded: jobSucceeded };
  };
}
