import { readdirSync, readFileSync } from 'node:fs';
import { cpuSecondsOf } from '../import/cpu.ts';

/** Seconds of CPU by the name of what used them. */
export type CpuByProgram = Readonly<Record<string, number>>;

/** The processes that serve: all whose ancestors lead to this one, which is the client and not among them. */
export class ServingProcesses {
  readonly #programs: ReadonlyMap<number, string>;

  constructor() {
    const parents = new Map(everyProcess().map((pid) => [pid, parentOf(pid)]));
    const descends = (pid: number): boolean => {
      const parent = parents.get(pid);
      return parent !== undefined && (parent === process.pid || descends(parent));
    };
    this.#programs = new Map([...parents.keys()].filter(descends).map((pid) => [pid, programOf(pid)]));
  }

  /** What each program has used so far, its processes together. */
  cpuSeconds(): CpuByProgram {
    const used: Record<string, number> = {};
    for (const [pid, program] of this.#programs) {
      if (parentOf(pid) !== undefined) used[program] = (used[program] ?? 0) + cpuSecondsOf(pid);
    }
    return used;
  }
}

function everyProcess(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function programOf(pid: number): string {
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  const service = /apps\/([a-z]+)\/dist/.exec(command)?.[1];
  if (service !== undefined) return service;
  if (command.includes('postgres')) return 'postgres';
  return command.includes('beam') || command.includes('erl') ? 'rabbitmq' : 'others';
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined; // gone meanwhile
  }
}
