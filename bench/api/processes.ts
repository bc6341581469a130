import { readdirSync, readFileSync } from 'node:fs';
import { cpuSecondsOf } from '../import/cpu.ts';

/** Every process whose ancestors lead to this one, without those that end within a moment, and not this one itself. */
export function descendants(): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const parent = parentOf(Number(name));
    if (parent !== undefined) parents.set(Number(name), parent);
  }
  const descends = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === process.pid || descends(parent));
  };
  return [...parents.keys()].filter(descends);
}

/** Seconds of CPU that all of them have used so far: our services, Postgres, RabbitMQ, the object store. */
export function cpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (alive(pid) ? cpuSecondsOf(pid) : 0), 0);
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined; // gone meanwhile
  }
}

function alive(pid: number): boolean {
  return parentOf(pid) !== undefined;
}
