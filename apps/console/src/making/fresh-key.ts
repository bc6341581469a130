/** An `Idempotency-Key` of its own for one wish, however often it is sent. */
export function freshKey(): string {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return `console-${Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
