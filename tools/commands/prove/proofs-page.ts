import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { formatted } from '../formatted.ts';
import { ROOT } from '../places.ts';
import type { VitestReport } from '../test/run-vitest.ts';

const PAGE = join(ROOT, 'docs/proofs.md');
const HEAD = `# Proofs

What \`npm run prove\` found: the guarantees at sizes that are too large for every test run. The newest run stands last.
`;

/** Adds a run to the page: what was proved, how long it took, and the figures the proofs told. */
export async function addToProofsPage(report: VitestReport, figures: readonly string[]): Promise<void> {
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const rows = tests
    .filter(({ status }) => status === 'passed' || status === 'failed')
    .map(({ fullName, status, duration }) => `| ${fullName} | ${status} | ${((duration ?? 0) / 1000).toFixed(1)} s |`);
  const blocks = [
    `## ${new Date().toISOString().slice(0, 16).replace('T', ' ')}, commit ${commit()}`,
    machine(),
    ['| Proof | Result | Took |', '| --- | --- | --- |', ...rows].join('\n'),
    ...(figures.length === 0 ? [] : [['```json', ...figures, '```'].join('\n')]),
  ];
  const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : HEAD;
  const text = `${page}\n${blocks.join('\n\n')}\n`;
  writeFileSync(PAGE, await formatted(PAGE, text));
}

/** A run on changed sources says so: its figures belong to no commit. */
function commit(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
  const isChanged = git('status', '--porcelain', '--untracked-files=no', '--', ':!docs/proofs.md') !== '';
  return `${git('rev-parse', '--short=12', 'HEAD')}${isChanged ? ' with changes' : ''}`;
}

function machine(): string {
  const [processor] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${processor?.model.trim() ?? 'unknown processor'}, ${memory} GiB, Node ${process.versions.node}.`;
}
