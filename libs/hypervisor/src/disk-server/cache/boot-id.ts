import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Names this run of the machine. Where the kernel does not tell, every process is its own, and caches do not last. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return randomUUID();
  }
}
