import { readFile, readlink } from 'node:fs/promises';
import { processesWhere } from '../src/child.ts';

/** Command lines of all processes that were started for a directory or work in it. */
export async function livingProcesses(directory: string): Promise<string[]> {
  const inside = (path: string): boolean => path === directory || path.startsWith(`${directory}/`);
  const pids = await processesWhere(async (pid) => {
    const environment = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
    const mark = environment.find((line) => line.startsWith('IMAGO_INFRA_PART='))?.slice('IMAGO_INFRA_PART='.length);
    return inside(mark ?? '') || inside(await readlink(`/proc/${pid}/cwd`));
  });
  return Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
}
