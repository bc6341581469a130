import { expect, it } from 'vitest';
import type { Gateway } from '../gateway/gateway.ts';
import { usageCsv } from './usage-csv.ts';

it('is all pages under one line of names', async () => {
  const asked: string[] = [];
  const pages = [
    new Response('from,gib_hours\r\n1,2\r\n', {
      headers: { link: '</regions/region-2/v1/usage?by=day&marker=1>; rel="next"' },
    }),
    new Response('from,gib_hours\r\n3,4\r\n'),
  ];
  const gateway = {
    open: (path: string) => {
      asked.push(path);
      return Promise.resolve(pages[asked.length - 1]);
    },
  } as unknown as Gateway;
  const wish = { by: 'day', from: '2026-02-01', to: '2026-02-02' } as const;
  expect(await usageCsv(gateway, wish, new AbortController().signal)).toBe('from,gib_hours\r\n1,2\r\n3,4\r\n');
  expect(asked).toEqual([
    '/v1/usage?by=day&from=2026-02-01T00%3A00%3A00.000Z&to=2026-02-03T00%3A00%3A00.000Z&limit=1000&format=csv',
    '/v1/usage?by=day&marker=1',
  ]);
});
