import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { takeLock, tryLock, withLock } from './process-lock.ts';

function somePath(): string {
  return `/nowhere/${randomUUID()}`;
}

it('is held by one at a time, and per path', async () => {
  const path = somePath();
  const lock = await tryLock(path);
  expect(await tryLock(path)).toBeUndefined();
  await (await tryLock(somePath()))?.release();
  await lock?.release();
  const again = await tryLock(path);
  expect(again).toBeDefined();
  await again?.release();
});

it('lets those who wait have it one after another', async () => {
  const path = somePath();
  let inside = 0;
  const most = await Promise.all(
    Array.from({ length: 10 }, () =>
      withLock(path, async () => {
        inside += 1;
        const seen = inside;
        await new Promise(setImmediate);
        inside -= 1;
        return seen;
      }),
    ),
  );
  expect(most).toEqual(Array.from({ length: 10 }, () => 1));
});

it('is free again when the work under it fails', async () => {
  const path = somePath();
  await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await (await takeLock(path)).release();
});

it('is free again when its process is killed, for those who wait as well', async () => {
  const path = somePath();
  const module = JSON.stringify(join(import.meta.dirname, 'process-lock.ts'));
  const program = `const { takeLock } = await import(${module}); await takeLock('${path}'); console.log('held'); setInterval(() => 0, 1e6);`;
  const env = { ...process.env, NODE_OPTIONS: '' };
  const holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  expect(await tryLock(path)).toBeUndefined();
  const waiting = takeLock(path);
  holder.kill('SIGKILL');
  await (await waiting).release();
});

it('is given up by those who wait when they are aborted', async () => {
  const path = somePath();
  const lock = await takeLock(path);
  const abort = new AbortController();
  const waiting = takeLock(path, abort.signal);
  abort.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await lock.release();
});
