import { relative, resolve } from 'node:path';
import type { BaseImage, ServerSpec } from '../hypervisor.ts';
import type { DiskServer, ServedDisk } from './disk-server.ts';
import { disksOf, type ServerFiles } from './server-files.ts';

/** Keeps the disks of images served as long as a server of this host reads them, and no longer. */
export class ServedBases {
  readonly #diskServer: DiskServer;
  readonly #files: ServerFiles;
  /** Objects of servers that are being made: no file speaks of them so far. */
  readonly #expected = new Map<string, number>();
  #sweeping: Promise<void> = Promise.resolve();

  constructor(diskServer: DiskServer, files: ServerFiles) {
    this.#diskServer = diskServer;
    this.#files = files;
  }

  /** Serves the bases of a server while `work` makes it known; from then on they are kept by its file. */
  async during<T>(spec: ServerSpec, work: () => Promise<T>): Promise<T> {
    const objects = objectsOf(spec);
    this.#expect(objects, 1);
    try {
      await this.#sweeping; // one that began before this was expected could take it away again
      await this.publish(spec);
      return await work();
    } finally {
      await this.#sweeping; // one that began before the file was there does not know of it
      this.#expect(objects, -1);
    }
  }

  /** Where the bases of the server's disks are, by the id of the disk, as a machine in its directory names them. */
  async publish(spec: ServerSpec): Promise<ReadonlyMap<string, ServedDisk>> {
    const directory = this.#files.directory(spec.id);
    const served = disksOf(spec).map(async ({ id, base }) => {
      if (base === null) return [];
      const place = await this.#diskServer.publish(base);
      return [[id, { ...place, socket: shorter(resolve(place.socket), relative(directory, place.socket)) }] as const];
    });
    return new Map((await Promise.all(served)).flat());
  }

  /** Where a base is for this process. */
  place(base: BaseImage): Promise<ServedDisk> {
    return this.#diskServer.publish(base);
  }

  /** Withdraws what no server of this host reads any more. */
  sweep(): Promise<void> {
    const sweep = this.#sweeping.then(() => this.#sweep());
    this.#sweeping = sweep.catch(() => undefined);
    return sweep;
  }

  async #sweep(): Promise<void> {
    const published = await this.#diskServer.published();
    const used = await this.#used().catch(() => null); // a file that cannot be read may speak of any of them
    if (used === null) return;
    for (const object of published)
      if (!used.has(object) && !this.#expected.has(object)) await this.#diskServer.withdraw(object);
  }

  async #used(): Promise<ReadonlySet<string>> {
    const used = new Set<string>();
    for (const id of await this.#files.ids()) {
      const spec = await this.#files.read(id);
      if (spec !== null) for (const object of objectsOf(spec)) used.add(object);
    }
    return used;
  }

  #expect(objects: readonly string[], change: 1 | -1): void {
    for (const object of objects) {
      const count = (this.#expected.get(object) ?? 0) + change;
      if (count > 0) this.#expected.set(object, count);
      else this.#expected.delete(object);
    }
  }
}

function objectsOf(spec: ServerSpec): readonly string[] {
  return disksOf(spec).flatMap(({ base }) => base?.object_id ?? []);
}

/** The path of a socket may be 107 bytes long. */
function shorter(one: string, other: string): string {
  return other.length < one.length ? other : one;
}
