/** The longest name of a server, as JavaScript counts. */
const LONGEST = 255;

/** The names of the servers of one order: its name alone, or with a number each. A long name gives way to the number. */
export function serverNames(name: string, count: number): readonly string[] {
  if (count === 1) return [name];
  return Array.from({ length: count }, (_, index) => {
    const number = `-${index + 1}`;
    const room = LONGEST - number.length;
    return `${withoutHalfCharacter(name.slice(0, room))}${number}`;
  });
}

function withoutHalfCharacter(text: string): string {
  return text.isWellFormed() ? text : text.slice(0, -1);
}
