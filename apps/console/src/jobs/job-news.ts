import type { EventEnvelope } from '@imago/contracts';
import { PacedLook } from '../live/paced-look.ts';

/** Tells when the board has to be looked at again: when a job has changed. */
export class JobNews {
  readonly #board: PacedLook;

  constructor(look: () => void) {
    this.#board = new PacedLook(look);
  }

  readonly heard = ({ data }: EventEnvelope): void => {
    if (typeof data === 'object' && data !== null && 'job' in data) this.#board.changed();
  };
}
