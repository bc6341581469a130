import { describe, expect, it } from 'vitest';
import { crc16, crc32c } from './checksums.ts';

const CHECK = Buffer.from('123456789');

describe('the checksums of ext4', () => {
  it('are those of the catalogues of CRCs', () => {
    // CRC-32/ISCSI, which is inverted at its end, and CRC-16/MODBUS.
    expect((crc32c(0xffffffff, CHECK) ^ 0xffffffff) >>> 0).toBe(0xe3069283);
    expect(crc16(0xffff, CHECK)).toBe(0x4b37);
  });

  it('go on from any state', () => {
    expect(crc32c(crc32c(7, CHECK.subarray(0, 4)), CHECK.subarray(4))).toBe(crc32c(7, CHECK));
  });
});
