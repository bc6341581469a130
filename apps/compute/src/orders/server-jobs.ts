import { JobStore } from '@imago/jobs';
import { Injectable } from '@nestjs/common';
import type { ServerData, ServerInput } from './server-job.ts';

/** The token of the one runner of jobs in this process; the class is generic and cannot be its own token. */
export const SERVER_RUNNER = 'SERVER_RUNNER';

/** The jobs of servers, in the table they share with those that boot images once. */
@Injectable()
export class ServerJobs {
  readonly store = new JobStore<ServerInput, ServerData>('compute', ['server']);
}
