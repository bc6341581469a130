import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts the time of processes in hundredths of a second on every machine of today. */
const TICKS = 100;

/** Seconds of CPU by the name of what used them. */
export type CpuByProgram = Readonly<Record<string, number>>;

/**
 * What each program has used so far, of the processes that serve: all whose ancestors lead to this one, which is the
 * client and not among them. What ended counts with the parent that waited for it: a connection of Postgres that is closed
 * takes nothing away.
 */
export function servingCpuSeconds(): CpuByProgram {
  const processes = new Map(everyProcess().map((each) => [each.pid, each]));
  const descends = (pid: number): boolean => {
    const parent = processes.get(pid)?.parent;
    return parent !== undefined && (parent === process.pid || descends(parent));
  };
  const used: Record<string, number> = {};
  for (const { pid, seconds, command } of processes.values()) {
    if (!descends(pid)) continue;
    const program = programOf(command);
    used[program] = (used[program] ?? 0) + seconds;
  }
  return used;
}

/** From one reading to a later one. */
export function usedBetween(before: CpuByProgram, after: CpuByProgram): CpuByProgram {
  return Object.fromEntries(Object.entries(after).map(([name, used]) => [name, used - (before[name] ?? 0)]));
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Its own and its ended children's. */
  readonly seconds: number;
  readonly command: string;
}

/** What ends while it is read may be missing in its parent, which was read before: then all is read again. */
function everyProcess(): readonly Process[] {
  for (let tries = 0; ; tries++) {
    const [names, read] = readProcesses();
    if (read.length === names.length || tries === 50) return read;
  }
}

function readProcesses(): readonly [readonly string[], readonly Process[]] {
  const names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const read = names.flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const seconds = [11, 12, 13, 14].reduce((sum, place) => sum + Number(fields[place]), 0) / TICKS;
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return [{ pid: Number(name), parent: Number(fields[1]), seconds, command }];
    } catch {
      return []; // gone meanwhile
    }
  });
  return [names, read];
}

function programOf(command: string): string {
  const service = /apps\/([a-z]+)\/dist/.exec(command)?.[1];
  if (service !== undefined) return service;
  if (command.includes('bench/api/bare')) return 'bare';
  if (command.includes('postgres')) return 'postgres';
  return command.includes('beam') || command.includes('erl') ? 'rabbitmq' : 'others';
}
