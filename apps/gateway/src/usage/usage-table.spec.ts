import { describe, expect, it } from 'vitest';
import { rangeOf } from './usage-query.ts';
import { usageTable } from './usage-table.ts';

const line = {
  project_id: 'p-a',
  from: '2026-03-01T00:00:00.000Z',
  image_id: null,
  images: 2,
  byte_hours: '1073741824',
  gib_hours: '1.000000',
};

describe('usage as a table', () => {
  it('has its names first and ends every line as the standard says', () => {
    expect(usageTable([line])).toBe(
      'project_id,from,image_id,images,byte_hours,gib_hours\r\np-a,2026-03-01T00:00:00.000Z,,2,1073741824,1.000000\r\n',
    );
  });

  it.each([
    ['=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
    ['-1+2', "'-1+2"],
    ['@x', "'@x"],
    ['a,b', '"a,b"'],
  ])('runs nothing: %s', (project_id, cell) => {
    expect(usageTable([{ ...line, project_id }]).split('\r\n')[1]).toMatch(cell);
  });
});

describe('the range of usage', () => {
  it('is the month so far, today with it, unless another is asked for', () => {
    const now = new Date('2026-02-28T23:59:59Z');
    expect(rangeOf({}, now)).toEqual({ from: '2026-02-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z' });
    expect(rangeOf({ from: '2026-01-01T00:00:00Z' }, now).from).toBe('2026-01-01T00:00:00Z');
  });
});
