import { refusal } from '@imago/contracts';

/** Some consecutive bytes of a whole. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** `bytes=1-5`, `bytes=5-`, `bytes=-5`; and `bytes 1-5/*`, which old clients send as a Content-Range of the request. */
const RANGE = /^bytes(?:=| )(?<first>\d{0,15})-(?<last>\d{0,15})(?:\/(?:\*|\d{1,19}))?$/;

/**
 * The one range a header asks for of a whole of `size` bytes. More than one, or none that can be read, is told as not
 * satisfiable, as Glance does.
 * @throws Refusal range.not_satisfiable
 */
export function parseRange(header: string, size: number): ByteRange {
  const { first = '', last = '' } = RANGE.exec(header.trim())?.groups ?? {};
  if (first === '' && last === '') throw unsatisfiable(size);
  if (first === '') return between(Math.max(0, size - Number(last)), size - 1, size);
  return between(Number(first), last === '' ? size - 1 : Math.min(Number(last), size - 1), size);
}

function between(first: number, last: number, size: number): ByteRange {
  if (first >= size || last < first) throw unsatisfiable(size);
  return { offset: first, length: last - first + 1 };
}

function unsatisfiable(size: number): Error {
  return refusal('range.not_satisfiable', `The image has ${size} bytes.`, { size: String(size) });
}
