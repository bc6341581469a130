/** A service of the Compose file: its lines, and the names in its environment. */
export interface ComposeService {
  readonly text: string;
  readonly environment: readonly string[];
}

const SHARED = '<<: *settings';

/** Reads what a test needs from our own Compose file, which keeps to one form: blocks, two spaces for each level. */
export function composeServices(file: string): ReadonlyMap<string, ComposeService> {
  const shared = namesIn(block(file, /^x-settings: /, 0), 2);
  const services = block(file, /^services:/, 0);
  const names = [...services.matchAll(/^ {2}([a-z0-9-]+):$/gm)].map(([, name = '']) => name);
  return new Map(
    names.map((name) => {
      const text = block(services, new RegExp(`^  ${name}:`), 2);
      const environment = block(text, /^ {4}environment:/, 4);
      return [
        name,
        { text, environment: [...(environment.includes(SHARED) ? shared : []), ...namesIn(environment, 6)] },
      ];
    }),
  );
}

/** The lines below the one that matches, as far as they stand deeper than the level. */
function block(text: string, start: RegExp, level: number): string {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => start.test(line)) + 1;
  if (first === 0) return '';
  const length = lines.slice(first).findIndex((line) => line.trim() !== '' && line.search(/\S/) <= level);
  return lines.slice(first, length < 0 ? undefined : first + length).join('\n');
}

function namesIn(text: string, level: number): readonly string[] {
  return [...text.matchAll(new RegExp(`^ {${level}}([A-Z][A-Z0-9_]*):`, 'gm'))].map(([, name = '']) => name);
}
