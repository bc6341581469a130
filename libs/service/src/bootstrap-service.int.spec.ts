import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, TraceCollector } from '@imago/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const test = join(import.meta.dirname, '../test');
let directory: string;
let child: ChildProcess;
let output: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'imago-service-'));
  output = '';
});
afterEach(() => {
  child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

/** Starts the example as a process of its own; answers its exit code and signal. */
function start(env: Record<string, string> = {}): Promise<unknown[]> {
  const program = ['--import', join(test, 'swc-loader.mjs'), '--conditions=@imago/source', join(test, 'main.ts')];
  child = spawn(process.execPath, program, {
    env: { READY_FILE: join(directory, 'ready.json'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return once(child, 'close');
}

function ready(): Promise<{ port: number; pid: number }> {
  return eventually(
    () => JSON.parse(readFileSync(join(directory, 'ready.json'), 'utf8')) as { port: number; pid: number },
  );
}

function lines(): Record<string, unknown>[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the process of a service', () => {
  it('says where it listens, in its log and in its ready file', async () => {
    const closed = start();
    const { port, pid } = await ready();
    expect(pid).toBe(child.pid);
    expect(lines()).toContainEqual(expect.objectContaining({ msg: 'listening', port, service: 'example' }));
    child.kill('SIGTERM');
    await expect(closed).resolves.toEqual([0, null]);
  });

  it('finishes the answer under way when it is asked to stop, then ends with 0 and without its ready file', async () => {
    const closed = start();
    const { port } = await ready();
    const slow = fetch(`http://127.0.0.1:${port}/things/slow`);
    await eventually(async () => {
      const metrics = await fetch(`http://127.0.0.1:${port}/metrics`).then((response) => response.text());
      expect(metrics).toContain('process_cpu_user_seconds_total');
    });
    child.kill('SIGTERM');
    child.kill('SIGINT'); // a second signal changes nothing
    expect((await slow).status).toBe(200);
    await expect(closed).resolves.toEqual([0, null]);
    expect(existsSync(join(directory, 'ready.json'))).toBe(false);
    expect(lines().at(-1)).toMatchObject({ msg: 'stopped' });
  });

  it('sends the traces that are left before it ends, and ends without when nobody takes them', async () => {
    const collector = await TraceCollector.listen();
    const traces = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
    for (const answer of ['takes', 'silent'] as const) {
      collector.answer = answer;
      const closed = start(traces);
      const { port } = await ready();
      await fetch(`http://127.0.0.1:${port}/things/refused`).then((response) => response.text());
      child.kill('SIGTERM');
      await expect(closed).resolves.toEqual([0, null]);
    }
    expect(collector.spans.map(({ name }) => name)).toEqual(['GET /things/refused']);
    expect(collector.asked).toBe(2);
    await collector.close();
  });

  it('ends with a log line when something is thrown that nobody catches', async () => {
    const closed = start();
    const { port } = await ready();
    await fetch(`http://127.0.0.1:${port}/things/crash`).catch(() => undefined);
    await expect(closed).resolves.toEqual([1, null]);
    expect(lines().at(-1)).toMatchObject({
      level: 'fatal',
      msg: 'uncaught error',
      err: { message: 'nobody caught this', stack: expect.stringContaining('example-service') },
    });
  });

  it('ends at once when its environment is wrong', async () => {
    await expect(start({ PORT: 'eighty' })).resolves.toEqual([1, null]);
    expect(output).toContain('PORT');
  });

  it('ends at once, with the reason, when its port is taken', async () => {
    const first = start();
    const { port } = await ready();
    const holder = child;
    await expect(start({ PORT: String(port), READY_FILE: '' })).resolves.toEqual([1, null]);
    expect(lines().at(-1)).toMatchObject({ level: 'fatal', msg: 'cannot start', err: { code: 'EADDRINUSE' } });
    holder.kill('SIGTERM');
    await expect(first).resolves.toEqual([0, null]);
  });
});
