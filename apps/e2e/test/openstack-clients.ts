import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { OpenStackClients } from '@imago/infra';

const SCRIPT = join(import.meta.dirname, 'openstack-clients.py');
const PROGRAMS = ['openstack', 'glance'] as const;

/** OpenStack's commands as programs of a directory, behind each of which is a Python that has loaded them once. */
export class LoadedClients {
  /** For a PATH. */
  readonly directory: string;
  readonly #python: ChildProcess;

  private constructor(directory: string, python: ChildProcess) {
    this.directory = directory;
    this.#python = python;
  }

  /** Makes the programs in a directory of their own; ready when they can be run. */
  static async load({ openstack }: OpenStackClients, directory: string): Promise<LoadedClients> {
    await mkdir(directory, { recursive: true });
    const python = join(dirname(dirname(openstack)), 'usr/bin/python3');
    const socket = join(directory, 'socket');
    for (const program of PROGRAMS) {
      const text = `#!/bin/sh\nexec '${python}' -IS '${SCRIPT}' '${socket}' ${program} "$@"\n`;
      await writeFile(join(directory, program), text, { mode: 0o755 });
    }
    const loaded = spawn(python, ['-I', SCRIPT, socket], { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(loaded, 'close').then(() => {
      throw new Error("OpenStack's commands could not be loaded");
    });
    await Promise.race([once(loaded.stdout, 'data'), ended]);
    ended.catch(() => undefined); // at its end, as asked
    return new LoadedClients(directory, loaded);
  }

  close(): void {
    this.#python.stdin?.end();
  }
}
