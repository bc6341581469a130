/** A text from the disk, for people: in one line, without what terminals obey, and cut. */
export function printable(text: string, longest = 100): string {
  const cut = text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
  return cut.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, '\u{fffd}').trim();
}
