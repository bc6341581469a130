import { finished } from 'node:stream/promises';
import { ObjectStoreError } from './object-store.errors.ts';
import type { ReplyBody } from './reply-body.ts';

/** Where the body of a reply goes, instead of to a reader. What has arrived stays when the connection breaks. */
export interface Landing {
  readonly target: Buffer;
  /** Bytes of the target that are filled, from its beginning. */
  arrived: number;
  /** Headers of the reply; set before its first byte arrives. */
  headers?: Readonly<Record<string, string>>;
  /** Called when something has arrived. */
  readonly onArrival: () => void;
}

/** Lands a body that comes as a stream. It ends where the target does: who sends more may never stop. */
export async function land(body: ReplyBody, landing: Landing): Promise<void> {
  // Events, because an async iterator costs as much again as the copy.
  body.on('data', (chunk: Buffer) => {
    const copied = chunk.copy(landing.target, landing.arrived);
    landing.arrived += copied;
    if (copied < chunk.length) body.destroy(new ObjectStoreError('The store sends more than it was asked for.'));
    else landing.onArrival();
  });
  await finished(body);
}
