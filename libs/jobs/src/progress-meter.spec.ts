import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProgressMeter } from './progress-meter.ts';

describe('ProgressMeter', () => {
  it('shows the rate of a steady flow and the time left', () => {
    const meter = new ProgressMeter(0n, 0);
    for (let second = 1; second <= 30; second++) meter.read(BigInt(second) * 1000n, second * 1000);
    expect(meter.rate).toBe(1000n);
    expect(meter.eta(60_000n)).toBe(30);
  });

  it('does not count what an earlier attempt had done as speed', () => {
    const meter = new ProgressMeter(1_000_000n, 0);
    meter.read(1_000_100n, 1000);
    expect(meter.rate).toBe(100n);
  });

  it('knows nothing before anything moved', () => {
    const meter = new ProgressMeter(5n, 0);
    expect([meter.rate, meter.eta(10n), meter.eta(null)]).toEqual([null, null, null]);
  });

  it('never shows a negative rate or time, whatever readings come', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.bigInt(0n, 10n ** 12n), fc.nat(10 ** 9))), (readings) => {
        const meter = new ProgressMeter(0n, 0);
        for (const [bytes, at] of readings) meter.read(bytes, at);
        expect(meter.rate ?? 0n).toBeGreaterThanOrEqual(0n);
        expect(meter.eta(10n ** 12n) ?? 0).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
