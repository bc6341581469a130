import { NbdDisk } from '../disk-server/nbd/nbd-disk.ts';
import type { DiskExport, DiskSpec, ServerSpec } from '../hypervisor.ts';
import { OverlaidDisk } from './overlaid-disk.ts';
import { makeOverlay } from './qemu-program.ts';
import type { ServedBases } from './served-bases.ts';
import { diskFile, disksOf, type ServerFiles } from './server-files.ts';

export interface ServerDisksOptions {
  /** Path of a qemu-img, or its name. */
  readonly qemuImg: string;
  readonly files: ServerFiles;
  readonly bases: ServedBases;
}

interface OpenDisk {
  readonly disk: OverlaidDisk;
  readonly server_id: string;
}

/** The overlays of servers: made, and read while their server is off. */
export class ServerDisks {
  readonly #options: ServerDisksOptions;
  readonly #open = new Set<OpenDisk>();

  constructor(options: ServerDisksOptions) {
    this.#options = options;
  }

  /** One that is there is whole, and is kept. */
  async make(serverId: string, disk: DiskSpec, signal?: AbortSignal): Promise<void> {
    const { qemuImg, files } = this.#options;
    if (await files.has(serverId, diskFile(disk))) return;
    await files.replace(serverId, diskFile(disk), (path) => makeOverlay(qemuImg, { path, size: disk.size, signal }));
  }

  /** For a server that is off. @throws Error when it has no such disk, or the disk is damaged. */
  async open(spec: ServerSpec, diskId: string): Promise<DiskExport> {
    const { files, bases } = this.#options;
    const wanted = disksOf(spec).find(({ id }) => id === diskId);
    if (wanted === undefined) throw new Error(`The server ${spec.id} has no disk ${diskId}.`);
    const { base } = wanted;
    const below = base === null ? null : new NbdDisk(await bases.place(base), Number(base.virtual_size));
    const disk = await OverlaidDisk.open(files.path(spec.id, diskFile(wanted)), below);
    const entry = { disk, server_id: spec.id };
    this.#open.add(entry);
    void disk.closed.then(() => this.#open.delete(entry));
    return disk;
  }

  /** Ends all that is read of a server, whose disks are about to change; of every server when none is named. */
  async end(serverId?: string): Promise<void> {
    const ending = [...this.#open].filter(({ server_id }) => serverId === undefined || server_id === serverId);
    await Promise.all(ending.map(({ disk }) => disk.close()));
  }
}
