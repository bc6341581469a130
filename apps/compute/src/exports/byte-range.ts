import { refusal } from '@imago/contracts';

/** Some consecutive bytes of a disk. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** Most bytes that one request is answered with; who wants more asks again. */
export const LONGEST_RANGE = 64 * 2 ** 20;

const RANGE = /^bytes=(?<first>\d{0,15})-(?<last>\d{0,15})$/;

/**
 * The one range a header asks for of a disk of `size` bytes, or the first part of it when it is longer than
 * {@link LONGEST_RANGE}.
 * @throws Refusal range.not_satisfiable, also for no range, several, or one that cannot be read
 */
export function parseRange(header: string | undefined, size: number): ByteRange {
  const { first = '', last = '' } = RANGE.exec(header ?? '')?.groups ?? {};
  if (first === '' && last === '') throw unsatisfiable(size);
  if (first === '') return between(Math.max(0, size - Number(last)), size - 1, size);
  return between(Number(first), last === '' ? size - 1 : Math.min(Number(last), size - 1), size);
}

function between(first: number, last: number, size: number): ByteRange {
  if (first >= size || last < first) throw unsatisfiable(size);
  return { offset: first, length: Math.min(last - first + 1, LONGEST_RANGE) };
}

function unsatisfiable(size: number): Error {
  return refusal('range.not_satisfiable', `The disk has ${size} bytes; one range of them is given.`, {
    size: String(size),
  });
}
