import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ESLint } from 'eslint';
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

const eslint = new ESLint({ cwd: ROOT });

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

/** What only a linter that knows types can refuse, and beside it what it must let through. */
const TYPED = `export async function answer(): Promise<number> {
  return await Promise.resolve(42);
}

export function lost(): void {
  answer();
}

export async function awaited(): Promise<void> {
  await answer();
}
`;

const typed = refusedByTypes(TYPED);
if (
  !/no-floating-promises.*:6:3/.test(typed.replaceAll('\n', ' ')) ||
  !typed.includes('Found 0 warnings and 1 error')
) {
  wrong += 1;
  console.error(`The lint that knows types was to refuse line 6 alone, and said:\n${typed}`);
}
process.exit(wrong === 0 ? 0 : 1);

/** What oxlint says of a file, by the project's own rules. */
function refusedByTypes(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'lint-canary-'));
  try {
    writeFileSync(join(folder, 'tsconfig.json'), '{ "compilerOptions": { "strict": true }, "include": ["*.ts"] }');
    writeFileSync(join(folder, 'canary.ts'), text);
    const program = join(ROOT, 'node_modules/oxlint/bin/oxlint');
    const { stdout, stderr } = spawnSync(process.execPath, [program, '-c', join(ROOT, '.oxlintrc.json'), folder], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    return stdout + stderr;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
