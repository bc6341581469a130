import { hash } from 'node:crypto';

/**
 * 16 bytes that are the same for the same image and purpose, and for no others: ids in a file must not change between
 * two readings of it. In the form of a UUID of one's own making (version 8).
 */
export function derivedId(identity: string, purpose: string): Buffer {
  const id = hash('sha256', `${purpose}\0${identity}`, 'buffer').subarray(0, 16);
  id[6] = ((id[6] ?? 0) & 0x0f) | 0x80;
  id[8] = ((id[8] ?? 0) & 0x3f) | 0x80;
  return id;
}
