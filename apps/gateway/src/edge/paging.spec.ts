import { describe, expect, it } from 'vitest';
import { filledPageLimit, pageLimit, pageLinks } from './paging.ts';

describe('paging', () => {
  it.each([
    [undefined, 25],
    ['0', 0],
    ['7', 7],
    ['1000', 1000],
    ['1001', 1000],
  ])('takes limit=%s as %d', (given, limit) => {
    expect(pageLimit.parse(given)).toBe(limit);
  });

  it.each(['', '-1', '1.5', 'ten', '1e3', '٣', ' 1'])('refuses limit=%s', (given) => {
    expect(pageLimit.safeParse(given).success).toBe(false);
  });

  it('refuses an empty page where it makes no sense', () => {
    expect(filledPageLimit.safeParse('0').success).toBe(false);
  });

  it('links relatively, keeps the filters and replaces the marker', () => {
    const links = pageLinks('/v2/images', { marker: 'old', limit: '2', name: 'a b&c' }, 'new');
    expect(links).toEqual({
      first: '/v2/images?limit=2&name=a+b%26c',
      next: '/v2/images?limit=2&name=a+b%26c&marker=new',
    });
  });

  it('has no next on the last page', () => {
    expect(pageLinks('/v1/jobs', {}, null)).toEqual({ first: '/v1/jobs' });
  });
});
