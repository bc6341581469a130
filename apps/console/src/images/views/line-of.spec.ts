import { expect, it } from 'vitest';
import { lineOf } from './line-of.ts';

type Lineage = Parameters<typeof lineOf>[0];

const ORIGIN = {
  server_id: 's-1',
  server_name: 'builder',
  disk: 'system_disk',
  disk_id: 'd-1',
  image_id: 'i-1',
} as const;
const IMAGE: Lineage = {
  ...{ image_id: 'i-2', name: 'web', status: 'active', origin: null, created_at: '2026-11-01T00:00:00.000Z' },
  ...{ copied_from: null, layers: 1, ancestors: [] },
};

function told(line: ReturnType<typeof lineOf>): string[] {
  return line.map(({ kind, name, by }) => `${by ?? ''} ${kind} ${name ?? 'hidden'}`.trim());
}

it('an image from a file comes from that file', () => {
  expect(told(lineOf(IMAGE, 's3://bucket/web'))).toEqual(['file s3://bucket/web', 'imported image web']);
});

it('an image nobody knows more of stands alone', () => {
  expect(told(lineOf(IMAGE, undefined))).toEqual(['image web']);
});

it('an image of a server comes from it, and from the images that one came from', () => {
  const ancestors = [
    { image_id: 'i-1', name: 'base', status: 'active', origin: { ...ORIGIN, server_name: 'first' }, created_at: null },
    { image_id: 'i-0', name: null, status: null, origin: null, created_at: null },
  ] as const;
  expect(told(lineOf({ ...IMAGE, origin: ORIGIN, ancestors: [...ancestors] }, undefined))).toEqual([
    'image hidden',
    'booted server first',
    'captured image base',
    'booted server builder',
    'captured image web',
  ]);
});

it('a copy comes from what it was copied from, and what one may not see leads nowhere', () => {
  const copied = { image_id: 'i-9', region: 'region-2', name: null, status: null };
  const line = lineOf({ ...IMAGE, copied_from: copied }, undefined);
  expect(told(line)).toEqual(['image hidden', 'copied image web']);
  expect(line[0]?.id).toBeNull();
});
