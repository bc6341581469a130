import { describe, expect, it } from 'vitest';
import { requireScanned } from './require-scanned.ts';

const malware = { signature: 'Eicar-Test-Signature', where: 'partition 1', path: '/root/eicar' };

describe('an image an operator brings', () => {
  it.each([
    ['clean', null, null],
    ['clean', 'the scanner is away', null],
    ['infected', null, 'import.malware_found'],
    ['infected', 'we know it', 'import.malware_found'],
    ['incomplete', null, 'import.not_scanned'],
    ['incomplete', 'an archive is too large', null],
    ['not_scanned', null, 'import.not_scanned'],
    ['not_scanned', 'the scanner is away', null],
  ] as const)('that is %s, with the reason %j, is refused for %j', (status, unscanned_reason, code) => {
    const scanned = { status, seen: 'as it is', malware: status === 'infected' ? malware : null };
    const judging = (): void => {
      requireScanned({ unscanned_reason }, scanned);
    };
    if (code === null) expect(judging).not.toThrow();
    else expect(judging).toThrow(expect.objectContaining({ code }));
  });
});
