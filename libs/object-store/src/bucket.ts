import type { S3Client } from '@aws-sdk/client-s3';
import { Patience, type Retries } from './patience.ts';
import { storeErrorOf } from './store-error-of.ts';

/** One bucket of an S3 store, and how patiently it is asked. */
export class Bucket {
  constructor(
    readonly client: S3Client,
    readonly name: string,
    private readonly retries: Retries,
  ) {}

  /**
   * Does what `attempt` does, again while it fails for reasons that may pass.
   * @throws what stands in the port; `what` names the thing in the message.
   */
  async ask<T>(what: string, signal: AbortSignal | undefined, attempt: Attempt<T>): Promise<T> {
    signal?.throwIfAborted();
    const patience = new Patience(this.retries, signal);
    for (;;) {
      try {
        return await attempt({ abortSignal: signal }, patience);
      } catch (thrown) {
        await patience.after(storeErrorOf(thrown, what));
      }
    }
  }
}

type Attempt<T> = (options: { readonly abortSignal: AbortSignal | undefined }, patience: Patience) => Promise<T>;
