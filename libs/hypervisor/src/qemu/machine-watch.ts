import type { MachineChange } from '../hypervisor.ts';
import { ConsoleLog } from './console-log.ts';
import { MachineFollower } from './machine-follower.ts';
import { MachineProcess } from './machine-process.ts';
import type { ServerFiles } from './server-files.ts';

export interface WatchOptions {
  readonly files: ServerFiles;
  /** Servers for which this process does something now: what their machines do is its doing. */
  readonly busy: Pick<ReadonlySet<string>, 'has'>;
  /** Milliseconds between two looks at all machines. */
  readonly interval: number;
  /** Bytes after which a console is cut. */
  readonly consoleLimit: number;
  /** Milliseconds for an answer of a machine. */
  readonly answer: number;
  /** Told what cannot be looked at; the next look tries again. */
  readonly onError: (error: unknown) => void;
}

/**
 * Follows all machines of a host. A machine is known by the file with its process id, which stays until the server is
 * stopped or started: so an end that nobody saw is told by whoever watches next. Listeners hear of an end at least
 * once in the life of each watching process.
 */
export class MachineWatch {
  readonly #options: WatchOptions;
  readonly #listeners = new Set<(change: MachineChange) => void>();
  readonly #followed = new Map<string, MachineFollower>();
  readonly #told = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  listen(listener: (change: MachineChange) => void): () => void {
    const own = (change: MachineChange): void => {
      listener(change);
    };
    this.#listeners.add(own);
    this.#told.clear(); // it has not heard of anything
    this.#schedule(0);
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size === 0) this.#rest();
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#rest();
    await this.#looking;
  }

  #rest(): void {
    clearTimeout(this.#timer);
    for (const follower of this.#followed.values()) follower.close();
  }

  #schedule(interval: number): void {
    clearTimeout(this.#timer);
    if (this.#closed || this.#listeners.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#looking.then(() => this.#look()).catch(this.#options.onError);
      void this.#looking.then(() => {
        this.#schedule(this.#options.interval);
      });
    }, interval);
  }

  async #look(): Promise<void> {
    const ids = await this.#options.files.ids();
    for (const id of ids) if (!this.#closed) await this.#lookAt(id).catch(this.#options.onError);
    for (const id of this.#told.keys()) if (!ids.includes(id)) this.#told.delete(id);
  }

  async #lookAt(id: string): Promise<void> {
    const { files, busy, consoleLimit } = this.#options;
    const directory = files.directory(id);
    const pid = await MachineProcess.lastPid(directory);
    if (pid === null || busy.has(id) || this.#told.get(id) === pid) return;
    const machine = await MachineProcess.find(directory);
    if (machine === null) {
      await this.#tellEnd(id, pid);
      return;
    }
    await new ConsoleLog(directory, consoleLimit).trim();
    const follower = this.#followed.get(id);
    if (follower === undefined) await this.#follow(id, machine);
    else follower.look();
  }

  async #follow(id: string, machine: MachineProcess): Promise<void> {
    const { files, busy, interval, answer, onError } = this.#options;
    const spec = await files.read(id);
    if (spec === null) return;
    const follower = new MachineFollower(spec, {
      directory: files.directory(id),
      answer,
      onDiskError: (change) => {
        this.#tell(change);
      },
      onShutdown: async (quit) => {
        if (busy.has(id)) return; // whoever is busy with it sees to the rest
        await files.noteEnd(id, 'guest');
        await quit();
      },
      onError,
    });
    this.#followed.set(id, follower);
    void follower.closed.then(async () => {
      await machine.ended(interval);
      this.#followed.delete(id);
      this.#schedule(0);
    });
  }

  /** Not what somebody asked for: it is over once the file with the process id is gone. */
  async #tellEnd(id: string, pid: number): Promise<void> {
    const { files, busy } = this.#options;
    const end = await files.knownEnd(id);
    const still = (await MachineProcess.lastPid(files.directory(id))) === pid;
    if (busy.has(id) || !still || end === 'requested') return;
    this.#told.set(id, pid);
    this.#tell({ type: 'stopped', server_id: id, reason: end ?? 'crashed' });
  }

  #tell(change: MachineChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        this.#options.onError(error);
      }
    }
  }
}
