import type { Service } from '@imago/contracts';
import type { Setting } from './service-settings.ts';

const HEAD = `<!-- Made from apps/*/src/config.ts by npm run docs. Change the schemas, not this page. -->

# Settings

A service reads its environment once, at start; when something in it is not valid it names every fault and ends.
\`NAME_FILE\` gives the content of a file as \`NAME\`, which is how secrets are mounted.`;

/** The page of all services' settings. */
export function settingsPage(settings: ReadonlyMap<Service, readonly Setting[]>): string {
  const sections = [...settings].map(([service, list]) => `## ${service}\n\n${table(list)}`);
  return `${[HEAD, ...sections].join('\n\n')}\n`;
}

function table(settings: readonly Setting[]): string {
  const rows = settings.map(({ name, required, fallback, values, meaning }) => [
    `\`${name}\``,
    required ? 'required' : fallback === undefined ? '' : `\`${fallback}\``,
    values,
    meaning,
  ]);
  return [['Setting', 'Default', 'Values', 'What it is'], ['---', '---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
