import { styleText } from 'node:util';

/** Tells a person what is being done: one line per slow step, with the seconds since the beginning. */
export class Steps {
  readonly #began = performance.now();

  readonly say = (line: string): void => {
    const seconds = ((performance.now() - this.#began) / 1000).toFixed(1);
    console.log(`${styleText('dim', `${seconds.padStart(6)} s`)}  ${line}`);
  };
}

/** What went wrong, for a person: the sentence alone, since our errors say what to do; causes follow. */
export function complain(error: unknown): void {
  if (!(error instanceof Error)) {
    console.error(error);
    return;
  }
  console.error(styleText('red', error.message));
  for (let { cause } = error; cause instanceof Error; { cause } = cause) console.error(styleText('dim', cause.message));
}
