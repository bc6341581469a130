import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '@imago/infra';
import { findProgram } from '@imago/service';
import { testEnvironment } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sandboxed } from './sandbox.ts';

const MIB = 2 ** 20;

describe('a program that sees tenants’ bytes', () => {
  let workplace: string;
  let environment: Awaited<ReturnType<typeof testEnvironment<{ scanner: true }>>>;

  beforeAll(async () => {
    environment = await testEnvironment({ scanner: true });
    workplace = await mkdtemp(join(tmpdir(), 'sandbox-test-'));
  });
  afterAll(async () => {
    await rm(workplace, { recursive: true });
    await environment.close();
  });

  async function run(script: string): Promise<string> {
    const [command, ...parameters] = await sandboxed({
      bubblewrap: environment.scanner?.bubblewrap ?? 'bwrap',
      prlimit: (await findProgram('prlimit', '/usr/bin:/bin')) ?? 'prlimit',
      program: '/bin/sh',
      parameters: ['-c', script],
      workplace,
      signatures: environment.scanner?.signatures ?? workplace,
      memory: 256 * MIB,
      fileSize: MIB,
    });
    return runCommand(command, parameters);
  }

  it('has no files of the host but programs, what it reads and the place it works in', async () => {
    const names = (await run('ls /')).trim().split('\n');
    expect(names).toEqual(expect.arrayContaining(['usr', 'scan', 'signatures', 'tmp']));
    for (const hidden of ['etc', 'home', 'root', 'var', 'work', 'srv']) expect(names).not.toContain(hidden);
    await writeFile(join(workplace, 'given'), 'given');
    expect(await run('cat /scan/given; echo made > /scan/made; echo no > /signatures/x || echo refused')).toContain(
      'refused',
    );
  });

  it('has no network, no other process, no privileges, and bounds', async () => {
    expect(await run('cat /proc/net/dev | tail -n +3 | cut -d: -f1')).toMatch(/^\s*lo\s*$/);
    expect(await run('ls /proc | grep -c "^[0-9]"')).toMatch(/^[2-9]$/m);
    expect(await run('grep CapEff /proc/self/status')).toContain('0000000000000000');
    expect(await run('ulimit -v; ulimit -f; ulimit -c')).toMatch(/^262144\n2048\n0$/m);
    expect(await run('(head -c 2000000 /dev/zero > /scan/large) 2>/dev/null || echo too large')).toContain('too large');
  });
});
