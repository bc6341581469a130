import { readFile, rm, writeFile } from 'node:fs/promises';

/**
 * Claims a directory for this process; the returned function gives it up.
 * A lock left by a dead process is taken over; pids are reused, so the owner's start time is compared where Linux tells it.
 */
export async function lockDirectory(path: string): Promise<() => Promise<void>> {
  const mine = JSON.stringify({ pid: process.pid, started: await startTime(process.pid) });
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      await writeFile(path, mine, { flag: 'wx', mode: 0o600 });
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = await readOwner(path);
    if (owner && (await isAlive(owner))) throw new Error(`${path}: process ${owner.pid} already serves this directory`);
    await rm(path, { force: true });
  }
  throw new Error(`${path}: another process is claiming this directory`);
}

interface Owner {
  readonly pid: number;
  readonly started: string | null;
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Owner;
  } catch {
    return undefined; // torn by a crash: nobody lives behind it
  }
}

async function isAlive(owner: Owner): Promise<boolean> {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return (await startTime(owner.pid)) === owner.started;
}

/** Clock ticks after boot at which the process started (field 22 of its stat), or null where there is no /proc. */
async function startTime(pid: number): Promise<string | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
