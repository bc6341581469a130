import type { EntityManager } from 'typeorm';
import type { TransferJobContext, TransferJobPhase } from './transfer-job.ts';

/** The image that is read may not be there any more, or not be open. */
export class LookAgainError extends Error {
  override readonly name = 'LookAgainError';
}

/** How a job looks at its image again, and notes that it did. */
export interface Looking {
  /** Throws when the image may be read no more. */
  readonly look: (context: TransferJobContext) => Promise<unknown>;
  readonly looked: (tx: EntityManager, jobId: string) => Promise<void>;
}

/** A phase that stops when the image is deleted or closed while it reads it, and goes on when it was a false alarm. */
export function heeding<Name extends string>(
  { look, looked }: Looking,
  phase: TransferJobPhase<Name>,
): TransferJobPhase<Name> {
  return async (context) => {
    for (;;) {
      try {
        return await phase(context);
      } catch (error) {
        if (!(error instanceof LookAgainError)) throw error;
        await look(context);
        await context.save(context.data, (tx) => looked(tx, context.job.id));
      }
    }
  };
}
