import { toSpec } from '../servers/server-spec.ts';
import { eachServer } from './each-server.ts';
import type { ServerPhase, ServerTools } from './server-phase.ts';

/** Gives each new server its disks. */
export function build(tools: ServerTools): ServerPhase {
  return async (context) => {
    const { signal, data } = context;
    await eachServer(context, tools, {
      wants: ({ status, built_at }) => status === 'building' && built_at === null,
      work: async (server) => {
        const disks = await tools.servers.disks(tools.db.manager, [server.id]);
        await tools.hypervisor.create(toSpec(server, disks), signal);
      },
      done: () => ({ changes: { built_at: new Date() }, happening: { type: 'created' } }),
    });
    return { next: 'start', data };
  };
}
