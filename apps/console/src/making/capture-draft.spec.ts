import { describe, expect, it } from 'vitest';
import type { Server } from '../servers/server.ts';
import { type CaptureDraft, captureOf } from './capture-draft.ts';

const DRAFT: CaptureDraft = {
  server: { id: 'a-server' } as Server,
  kind: 'system_disk',
  name: ' web ',
  generalize: true,
  verify_boot: true,
};

describe('what a form says of an image of a server', () => {
  it('is asked for as the gateway takes it', () => {
    expect(captureOf(DRAFT)).toEqual({
      server_id: 'a-server',
      source: { type: 'system_disk' },
      name: 'web',
      description: null,
      generalize: true,
      verify_boot: true,
    });
    expect(captureOf({ ...DRAFT, kind: 'full_machine', description: ' all of it ' })).toMatchObject({
      source: { type: 'full_machine' },
      description: 'all of it',
    });
  });

  it('leaves out of a data disk what only a system has', () => {
    expect(captureOf({ ...DRAFT, kind: 'data_disk', disk_id: 'a-disk' })).toMatchObject({
      source: { type: 'data_disk', disk_id: 'a-disk' },
      generalize: false,
      verify_boot: false,
    });
  });
});
