import { randomBytes } from 'node:crypto';

/** Random bytes of an address after the prefix. */
const RANDOM_BYTES = 3;

/** A MAC address under the prefix that qemu's machines use. Who stores it finds out whether it is taken. */
export function someMacAddress(): string {
  return ['52', '54', '00', ...[...randomBytes(RANDOM_BYTES)].map((byte) => byte.toString(16).padStart(2, '0'))].join(
    ':',
  );
}
