import { join } from 'node:path';
import { ESLint, type Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { ROOT } from '../places.ts';

/**
 * The canary: imports that must be refused, each as if a file of ours held it. A linter that has lost its project graph
 * or its rules passes everything, and nobody would notice.
 */
const FORBIDDEN = [
  { what: 'an app imports an app', file: 'apps/catalog/src/main.ts', imports: '@imago/gateway' },
  { what: 'an app reaches into an app', file: 'apps/catalog/src/main.ts', imports: '../../gateway/src/config.ts' },
  {
    what: 'an app passes by the entry of a lib',
    file: 'apps/import/src/main.ts',
    imports: '../../../libs/jobs/src/index.ts',
  },
  { what: 'an app imports what is for tests', file: 'apps/import/src/main.ts', imports: '@imago/testing' },
  { what: 'the domain imports a framework', file: 'libs/disk-image/src/index.ts', imports: '@nestjs/common' },
  { what: 'the contracts import a framework', file: 'libs/contracts/src/index.ts', imports: 'typeorm' },
  { what: 'the contracts import the platform', file: 'libs/contracts/src/index.ts', imports: '@imago/messaging' },
  { what: 'the console imports a service', file: 'apps/console/src/app.tsx', imports: '@imago/gateway' },
  { what: 'the console imports the platform', file: 'apps/console/src/app.tsx', imports: '@imago/messaging' },
  { what: 'the console loads the contracts', file: 'apps/console/src/app.tsx', imports: '@imago/contracts' },
  { what: 'a service imports the console', file: 'apps/catalog/src/main.ts', imports: '@imago/console' },
] as const;

/** What must be let through, or refusing would prove nothing. */
const ALLOWED = [
  { what: 'an app imports a lib', file: 'apps/import/src/main.ts', imports: '@imago/jobs' },
  { what: 'an app imports a framework', file: 'apps/import/src/main.ts', imports: '@nestjs/common' },
  { what: 'the console imports what browsers run', file: 'apps/console/src/app.tsx', imports: 'react' },
] as const;

const RULES = ['@nx/enforce-module-boundaries', 'no-restricted-imports', '@typescript-eslint/no-restricted-imports'];

interface Case {
  readonly what: string;
  readonly file: string;
  readonly imports: string;
}

/** None of these rules asks for types, and loading them takes half a minute. */
const WITHOUT_TYPES = {
  ...tseslint.configs.disableTypeChecked,
  languageOptions: { parserOptions: { projectService: false, project: false } },
} as Linter.Config;

const eslint = new ESLint({ cwd: ROOT, overrideConfig: WITHOUT_TYPES });

async function isRefused({ file, imports }: Case): Promise<boolean> {
  const text = `import * as imported from '${imports}';\n\nconsole.log(imported);\n`;
  const results = await eslint.lintText(text, { filePath: join(ROOT, file) });
  return results
    .flatMap(({ messages }) => messages)
    .some(({ ruleId, severity }) => severity === 2 && RULES.includes(ruleId ?? ''));
}

let wrong = 0;
for (const { cases, refused } of [
  { cases: FORBIDDEN, refused: true },
  { cases: ALLOWED, refused: false },
]) {
  for (const each of cases) {
    if ((await isRefused(each)) === refused) continue;
    wrong += 1;
    console.error(`Lint ${refused ? 'lets through' : 'refuses'} that ${each.what} (${each.imports} in ${each.file}).`);
  }
}
process.exit(wrong === 0 ? 0 : 1);
