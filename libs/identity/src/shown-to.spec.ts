import { randomUUID } from 'node:crypto';
import { imageRecord } from '@imago/contracts/testing';
import { describe, expect, it } from 'vitest';
import { eventShownTo, shownTo } from './shown-to.ts';

const ids = { server_id: randomUUID(), disk_id: randomUUID(), image_id: randomUUID() };
const image = imageRecord({
  id: randomUUID(),
  owner: 'p-a',
  region: 'region-1',
  source: { source_uri: 's3://b/o', source_disk_format: 'raw', source_size: '1', source_etag: '"e"' },
  origin: { ...ids, server_name: 'web-1', disk: 'system_disk' },
  agreement: { accepted_by: 'u-alice', accepted_at: '2026-11-23T20:51:47.123Z' },
  job_id: randomUUID(),
});
const owner = { project_id: image.owner, roles: ['member' as const] };
const member = { project_id: 'p-b', roles: ['member' as const] };
const operator = { project_id: 'p-op', roles: ['admin' as const] };

describe('what is known of an image', () => {
  it('is all of it for its owner and operators, and not where it came from for anybody else', () => {
    expect(shownTo(image, owner)).toEqual(image);
    expect(shownTo(image, operator)).toEqual(image);
    expect(shownTo(image, member)).toEqual({ ...image, source: null, origin: null, agreement: null, job_id: null });
  });

  it('from its events is the same, and never who else was told', () => {
    const event = { type: 'ImageReady', projectid: image.owner, audience: 'p-a,p-b', data: { image } } as never;
    expect(eventShownTo(event, operator)).toEqual(event);
    expect(eventShownTo(event, owner)).toEqual({ type: 'ImageReady', projectid: image.owner, data: { image } });
    expect(eventShownTo(event, member)).toMatchObject({ data: { image: { source: null, name: image.name } } });
    expect(eventShownTo(event, member)).not.toHaveProperty('audience');
  });
});
