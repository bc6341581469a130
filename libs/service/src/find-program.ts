import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join, resolve, sep } from 'node:path';

/** The path of a program: itself where it is one, else the first of that name on the search path; null: it is not here. */
export async function findProgram(program: string, searchPath: string): Promise<string | null> {
  const candidates = program.includes(sep)
    ? [resolve(program)]
    : searchPath
        .split(delimiter)
        .filter((directory) => directory !== '')
        .map((directory) => join(directory, program));
  for (const path of candidates) {
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return path;
  }
  return null;
}
