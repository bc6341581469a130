import { expect, it } from 'vitest';
import { CommandError, commandWorks, runCommand } from './run-command.ts';

it('answers what a tool prints, and gives it what it asks for', async () => {
  expect(await runCommand('cat', [], { input: 'text' })).toBe('text');
  expect(await runCommand('sh', ['-c', 'echo $A; pwd'], { env: { A: 'a' }, cwd: '/' })).toBe('a\n/\n');
});

it('throws what a tool said when it fails, and when there is no such tool', async () => {
  const failing = runCommand('sh', ['-c', 'echo one >&2; echo two >&2; exit 3']);
  await expect(failing).rejects.toThrow('sh failed: one / two');
  await expect(failing).rejects.toMatchObject({ stderr: 'one\ntwo\n' });
  await expect(runCommand('no-such-tool', [])).rejects.toBeInstanceOf(CommandError);
  expect([await commandWorks('true', []), await commandWorks('false', [])]).toEqual([true, false]);
});

it('ends a tool that takes too long or is not wanted any more', async () => {
  await expect(runCommand('sleep', ['1000'], { timeout: 10 })).rejects.toBeInstanceOf(CommandError);
  const reason = new Error('Ctrl-C');
  await expect(runCommand('sleep', ['1000'], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const abort = new AbortController();
  const running = runCommand('sleep', ['1000'], { signal: abort.signal });
  abort.abort(reason);
  await expect(running).rejects.toBe(reason);
});
