import { ProofMachineRow } from './boot-proofs/proof-machine.row.ts';
import { ConsoleChunkRow } from './consoles/console-chunk.row.ts';
import { HoldReleaseRow } from './holds/hold-release.row.ts';
import { HostRow } from './hosts/host.row.ts';
import { ServerDiskRow } from './servers/server-disk.row.ts';
import { ServerRow } from './servers/server.row.ts';

/** The tables of this service, for its data source and for the drift check. */
export const COMPUTE_ENTITIES = [HostRow, ServerRow, ServerDiskRow, ConsoleChunkRow, HoldReleaseRow, ProofMachineRow];
