import type { CreateServers, DataDiskWish, RequestOf, ServerTask } from '@imago/contracts';
import type { JobRecord, PhaseContext } from '@imago/jobs';

/** The ids a new server and its disks will have. */
export interface PlannedServer {
  readonly id: string;
  readonly system_disk_id: string;
  /** In the order of {@link dataDisksOf}. */
  readonly data_disk_ids: readonly string[];
}

/** What was ordered. Never changes. */
export type ServerInput =
  | {
      readonly task: 'creating';
      readonly request: RequestOf<typeof CreateServers>;
      /** Those a full-machine image brings. */
      readonly machine_disks?: readonly DataDiskWish[];
      readonly servers: readonly PlannedServer[];
    }
  | { readonly task: 'starting'; readonly server_id: string }
  | { readonly task: 'stopping'; readonly server_id: string; readonly hard: boolean }
  | { readonly task: 'rebooting'; readonly server_id: string; readonly hard: boolean }
  | {
      readonly task: 'changing_os';
      readonly server_id: string;
      readonly image_id: string;
      readonly user_data: string | null;
      /** The id of the disk that takes the system disk's place. */
      readonly disk_id: string;
    }
  | { readonly task: 'deleting'; readonly server_id: string };

/** What the admission and the phases have found out so far. */
export interface ServerData {
  /** Of a changed system: what its image says, for the record. */
  readonly image?: ImageMarks;
  /** Of a changed system: the host may have the new disk by now, so both are kept until one is known to be gone. */
  readonly begun?: boolean;
}

/** What a server keeps of the image it was made from. */
export interface ImageMarks {
  readonly image_id: string;
  readonly image_name: string | null;
  readonly os_distro: string | null;
  readonly os_version: string | null;
  readonly boot_mode: 'bios' | 'uefi';
}

export type ServerJob = JobRecord<ServerInput, ServerData>;
export type ServerPhaseContext = PhaseContext<ServerInput, ServerData>;
export type InputOf<Task extends ServerTask> = Extract<ServerInput, { readonly task: Task }>;

/** The phases of jobs of servers; new servers are built and then started, everything else is one step. */
export type ServerPhaseName = 'build' | 'start' | 'stop' | 'reboot' | 'change_os' | 'delete';

/** The phase each task begins with. */
export const FIRST_PHASES: Readonly<Record<ServerInput['task'], ServerPhaseName>> = {
  creating: 'build',
  starting: 'start',
  stopping: 'stop',
  rebooting: 'reboot',
  changing_os: 'change_os',
  deleting: 'delete',
};

/** The servers a job is about, in the order of their making. */
export function serverIdsOf(input: ServerInput): readonly string[] {
  return input.task === 'creating' ? input.servers.map(({ id }) => id) : [input.server_id];
}

/** The data disks each new server gets: those of its image, and behind them those that were asked for. */
export function dataDisksOf({ machine_disks = [], request }: InputOf<'creating'>): readonly DataDiskWish[] {
  return [...machine_disks, ...request.data_disks];
}

/** The disks an order holds bytes for, should it be taken back. */
export function newDiskIdsOf(input: ServerInput): readonly string[] {
  switch (input.task) {
    case 'creating':
      return input.servers.flatMap(({ system_disk_id, data_disk_ids }) => [system_disk_id, ...data_disk_ids]);
    case 'changing_os':
      return [input.disk_id];
    default:
      return [];
  }
}

/**
 * What a job was ordered to do, where only one task comes into question.
 * @throws Error for a job of another one, which is a bug in the phase table.
 */
export function inputFor<Task extends ServerTask>(job: Pick<ServerJob, 'id' | 'input'>, task: Task): InputOf<Task> {
  if (job.input.task !== task) throw new Error(`Job ${job.id} is ${job.input.task}, not ${task}`);
  return job.input as InputOf<Task>;
}
