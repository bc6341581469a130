/** CRC-32C (Castagnoli), the bits of its polynomial turned round. `crc32` of Node is of another polynomial. */
const CRC32C = tableOf(0x82f63b78);
/** CRC-16 (ANSI), its bits turned round. */
const CRC16 = tableOf(0xa001);

function tableOf(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 0 ? value >>> 1 : (value >>> 1) ^ polynomial;
    return value >>> 0;
  });
}

function continued(table: Uint32Array, value: number, bytes: Uint8Array): number {
  let sum = value;
  for (const byte of bytes) sum = ((sum >>> 8) ^ (table[(sum ^ byte) & 0xff] ?? 0)) >>> 0;
  return sum;
}

/** Goes on with a CRC-32C from its state, as ext4 does: nothing is inverted at the end. */
export function crc32c(state: number, bytes: Uint8Array): number {
  return continued(CRC32C, state, bytes);
}

/** Goes on with a CRC-16 from its state. */
export function crc16(state: number, bytes: Uint8Array): number {
  return continued(CRC16, state, bytes);
}

/** A number as the checksums of ext4 take it. */
export function littleEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}
