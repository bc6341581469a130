import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');

describe('the documents made from the contracts', () => {
  it('are what the contracts say: the JSON Schemas, the pages of events and errors, the AsyncAPI document', () => {
    const program = ['--conditions=@imago/source', '--no-warnings', join(ROOT, 'tools/contracts.ts'), '--check'];
    const { status, stdout, stderr } = spawnSync(process.execPath, program, { encoding: 'utf8', env: {} });
    expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
  });
});
