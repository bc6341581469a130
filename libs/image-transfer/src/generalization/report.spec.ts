import { generalizationReport } from '@imago/contracts';
import { describe, expect, it } from 'vitest';
import { fittingGeneralization } from './report.ts';

describe('what is said of a generalized disk', () => {
  it('fits into an event whatever is on the disk, and says how much of it is not listed', () => {
    const was = '\u0007ล'.repeat(500);
    const change = { point: 'fstab', path: `/etc/${'ว'.repeat(4000)}`, was, now: was } as const;
    const left = { code: 'not_certain', point: 'fstab', where: was, reason: was, remedy: was } as const;
    const report = fittingGeneralization({ changes: Array(300).fill(change), left: Array(300).fill(left) });
    expect(generalizationReport.parse(report)).toEqual(report);
    expect(Buffer.byteLength(JSON.stringify(report))).toBeLessThan(50 * 1024);
    expect(report.changes.length).toBeGreaterThan(0);
    expect(report.left.length).toBeGreaterThan(0);
    expect(report.changes.length + report.left.length + report.not_listed).toBe(600);
    expect(JSON.stringify(report)).not.toContain('\\u0007');
  });
});
