import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts the time of processes in hundredths of a second on every machine of today. */
const TICKS = 100;

/** Seconds of CPU a process has used, all its threads and kernel time included. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** MiB. */
export function peakResidentMib(pid: number): number {
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) / 1024;
}

/** The process of a program that was started with a text in its environment. */
export function processRunning(program: string, environment: string): number {
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const [command, variables] = ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${name}/${file}`, 'utf8'));
      const isIt = command?.includes(program) === true && variables?.includes(environment) === true;
      if (isIt && Number(name) !== process.pid) return Number(name);
    } catch {
      // gone meanwhile
    }
  }
  throw new Error(`No process runs ${program} for ${environment}`);
}

/** Seconds of the clock and of the CPUs of the named processes that `work` takes. */
export async function timed(
  pids: readonly number[],
  work: () => Promise<void>,
): Promise<{ seconds: number; cpuSeconds: number }> {
  const cpu = (): number => pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
  const before = { at: performance.now(), cpu: cpu() };
  await work();
  return { seconds: (performance.now() - before.at) / 1000, cpuSeconds: cpu() - before.cpu };
}
