import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskSpec, ServerSpec } from '../hypervisor.ts';
import { readServerDocument, writeServerDocument } from './server-document.ts';

/** Names in the directory of a server. qemu, which works there, is told the names alone: they are short. */
export const FILES = {
  /** What the server is; it exists once this does. */
  document: 'server.json',
  console: 'console.log',
  /** What qemu says about itself. */
  log: 'qemu.log',
  /** Process of its machine; it stays when that ends unasked. */
  pid: 'pid',
  /** Why its machine ends, where anybody knew. */
  ended: 'ended',
  /** Where a machine is told what to do; one client at a time. */
  control: 'qmp',
  /** Where a machine tells what happens; one client at a time. */
  events: 'events',
  /** Directory that becomes cloud-init's disk. */
  seed: 'seed',
} as const;

export const diskFile = ({ id }: Pick<DiskSpec, 'id'>): string => `${id}.qcow2`;

/** The firmware's variables; they belong to what is installed on the system disk. */
export const variablesFile = ({ system_disk }: ServerSpec): string => `${system_disk.id}.vars`;

export const disksOf = (spec: ServerSpec): readonly DiskSpec[] => [spec.system_disk, ...spec.data_disks];

/** Why a machine ended: it was told to, or its guest switched it off. */
export type KnownEnd = 'requested' | 'guest';

const SERVER_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const DELETED = '.deleted';
const UNFINISHED = '.new';

/** What a host keeps of its servers: one directory for each, `servers/<id>`. */
export class ServerFiles {
  readonly #directory: string;
  #sweeping: Promise<void> = Promise.resolve();

  /** @param directory the host's */
  constructor(directory: string) {
    this.#directory = join(directory, 'servers');
  }

  /** @throws RangeError for what could lead out of the host's directory. */
  directory(serverId: string): string {
    if (!SERVER_ID.test(serverId)) throw new RangeError(`${JSON.stringify(serverId)} is no id of a server.`);
    return join(this.#directory, serverId);
  }

  path(serverId: string, name: string): string {
    return join(this.directory(serverId), name);
  }

  /** Ids of the servers of which there is anything. */
  async ids(): Promise<readonly string[]> {
    return (await this.#entries()).filter((name) => SERVER_ID.test(name));
  }

  /** Null for a server that was never made whole. */
  async read(serverId: string): Promise<ServerSpec | null> {
    const text = await textOf(this.path(serverId, FILES.document));
    return text === null ? null : readServerDocument(text);
  }

  /** @throws Error for a server that this host does not have. */
  async require(serverId: string): Promise<ServerSpec> {
    const spec = await this.read(serverId);
    if (spec === null) throw new Error(`This host has no server ${serverId}.`);
    return spec;
  }

  /** Makes the directory of a server. */
  async prepare(serverId: string): Promise<void> {
    await mkdir(this.directory(serverId), { recursive: true, mode: 0o700 });
  }

  /** All that was done for the server before this is on disk when it exists. */
  async write(spec: ServerSpec): Promise<void> {
    await this.replace(spec.id, FILES.document, (draft) =>
      writeFile(draft, writeServerDocument(spec), { mode: 0o600 }),
    );
  }

  /** Gives the server a file that is there whole or not at all: `make` writes it under another name. */
  async replace(serverId: string, name: string, make: (draft: string) => Promise<unknown>): Promise<void> {
    const path = this.path(serverId, name);
    await rm(`${path}${UNFINISHED}`, { force: true });
    await make(`${path}${UNFINISHED}`);
    await sync(`${path}${UNFINISHED}`);
    await rename(`${path}${UNFINISHED}`, path);
    await sync(this.directory(serverId));
  }

  has(serverId: string, name: string): Promise<boolean> {
    return stat(this.path(serverId, name)).then(
      () => true,
      () => false,
    );
  }

  async noteEnd(serverId: string, end: KnownEnd): Promise<void> {
    await this.replace(serverId, FILES.ended, (draft) => writeFile(draft, end, { mode: 0o600 }));
  }

  async forgetEnd(serverId: string): Promise<void> {
    await rm(this.path(serverId, FILES.ended), { force: true });
  }

  async knownEnd(serverId: string): Promise<KnownEnd | null> {
    return (await textOf(this.path(serverId, FILES.ended))) as KnownEnd | null;
  }

  /** Nothing of a machine is left to be told of. */
  async forgetMachine(serverId: string): Promise<void> {
    for (const name of [FILES.pid, FILES.control, FILES.events, FILES.ended])
      await rm(this.path(serverId, name), { force: true });
  }

  /** Removes the disks that a server no longer has, and what was never finished. */
  async tidy(spec: ServerSpec): Promise<void> {
    const kept = new Set([...disksOf(spec).map(diskFile), variablesFile(spec)]);
    for (const name of await readdir(this.directory(spec.id)))
      if (name.endsWith(UNFINISHED) || (/\.(qcow2|vars)$/.test(name) && !kept.has(name)))
        await rm(this.path(spec.id, name), { force: true });
  }

  /** From now on this is no server; {@link sweep} removes what it was. */
  async discard(serverId: string): Promise<void> {
    const directory = this.directory(serverId);
    await this.sweep(); // of an earlier server with this id
    await rename(directory, `${directory}${DELETED}`).catch(unlessAbsent);
  }

  /** Removes what is left of deleted servers, also of those whose removal was cut short. */
  sweep(): Promise<void> {
    const sweep = this.#sweeping.then(async () => {
      for (const name of await this.#entries())
        if (name.endsWith(DELETED)) await rm(join(this.#directory, name), { recursive: true, force: true });
    });
    this.#sweeping = sweep.catch(() => undefined);
    return sweep;
  }

  async #entries(): Promise<readonly string[]> {
    return readdir(this.#directory).catch((error: unknown) => {
      unlessAbsent(error);
      return [];
    });
  }
}

export async function textOf(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    unlessAbsent(error);
    return null;
  });
}

function unlessAbsent(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

/** Of a file or a directory. */
async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
