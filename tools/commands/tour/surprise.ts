/** Something was not as a tenant may rely on. */
export class Surprise extends Error {
  override readonly name = 'Surprise';
}

/** Goes on when it is as it should be. */
export function expectThat(isSo: boolean, otherwise: string): asserts isSo {
  if (!isSo) throw new Surprise(`A surprise: ${otherwise}`);
}
