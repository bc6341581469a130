/** Something `npm start` cannot provide by itself; the message is one sentence on the fault and one on the remedy. */
export class ProvisionError extends Error {
  override readonly name = 'ProvisionError';

  constructor(fault: string, remedy: string, cause?: unknown) {
    super(`${fault} ${remedy}`, cause === undefined ? undefined : { cause });
  }
}
