import { refusal } from '@imago/contracts';
import { type Hypervisor, HypervisorError } from '@imago/hypervisor';
import type { PhaseOutcome } from '@imago/jobs';
import type { DataSource } from 'typeorm';
import type { ServerData, ServerInput, ServerPhaseContext, ServerPhaseName } from '../orders/server-job.ts';
import type { ServersRepository } from '../servers/servers.repository.ts';
import type { TellOfServer } from '../servers/tell-of-server.ts';

/** What the phases work with. */
export interface ServerTools {
  readonly db: DataSource;
  readonly hypervisor: Hypervisor;
  readonly servers: ServersRepository;
  readonly tellOf: TellOfServer;
  /** Milliseconds a guest is given to react. */
  readonly patience: number;
  /** Tries after which a server that still fails has failed for good. */
  readonly maximumAttempts: number;
}

type Next = { readonly next: ServerPhaseName; readonly data: ServerData };
type Succeeded = Extract<PhaseOutcome<ServerInput, ServerData>, { succeeded: unknown }>;

/** One phase, resumable from its start; where it goes on is a name of the table. */
export type ServerPhase = (context: ServerPhaseContext) => Promise<Next | Succeeded>;

/** What a host cannot do, in words for tenants; what exactly is wrong with the host is for the log. */
export async function onHost<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof HypervisorError)) throw error;
    const told = refusal('server.host_not_available', 'The host of the server cannot do this now.');
    throw Object.assign(told, { cause: error });
  }
}
