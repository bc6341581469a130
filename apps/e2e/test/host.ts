import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@imago/testing';
import { expect } from 'vitest';
import { processesRunning } from './process-watch.ts';
import type { SystemUnderTest } from './system-under-test.ts';

/** What the one host of a suite has of servers: the truth that rows only claim. */
export class Host {
  readonly #sut: SystemUnderTest;

  constructor(sut: SystemUnderTest) {
    this.#sut = sut;
  }

  get #directory(): string {
    return join(this.#sut.directory, 'compute');
  }

  /** Ids of the servers it has anything of. */
  servers(): readonly string[] {
    const directory = join(this.#directory, 'servers');
    return existsSync(directory) ? readdirSync(directory) : [];
  }

  /** Process ids of its machines. */
  machines(): readonly number[] {
    return processesRunning('guest=imago-').filter((pid) => directoryOf(pid).startsWith(this.#directory));
  }

  /** The process id of its only machine. */
  machine(): number {
    const [only, ...others] = this.machines();
    if (only === undefined || others.length > 0) throw new Error(`there are ${others.length} machines beside one`);
    return only;
  }

  /** Process ids of its disk servers; one, or none for the moment of a restart. */
  diskServers(): readonly number[] {
    const mark = `DISK_SERVER_DIRECTORY=${this.#directory}`;
    return processesRunning('disk-server/main').filter((pid) => environmentOf(pid).includes(mark));
  }

  /** No directory, no machine and no held byte is left. */
  async becomesEmpty(): Promise<void> {
    await eventually(async () => {
      expect(this.servers()).toEqual([]);
      expect(this.machines()).toEqual([]);
      const { rows } = await this.#sut.db.query(
        `SELECT holder_id FROM catalog.object_references WHERE holder_type = 'server'`,
      );
      expect(rows).toEqual([]);
    });
  }
}

function directoryOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return ''; // gone meanwhile
  }
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
