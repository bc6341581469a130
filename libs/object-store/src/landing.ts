import { finished } from 'node:stream/promises';
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

/** Lands a body that comes as a stream. Bytes beyond the target are left out. */
export async function land(body: ReplyBody, landing: Landing): Promise<void> {
  // Events, because an async iterator costs as much again as the copy.
  body.on('data', (chunk: Buffer) => {
    landing.arrived += chunk.copy(landing.target, landing.arrived);
    landing.onArrival();
  });
  await finished(body);
}
