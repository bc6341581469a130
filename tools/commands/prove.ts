import { stripVTControlCharacters } from 'node:util';
import { Interrupted, interruption } from './interruption.ts';
import { addToProofsPage } from './prove/proofs-page.ts';
import { complain, Steps } from './steps.ts';
import { build } from './test/checks.ts';
import { runVitest, tallyOf } from './test/run-vitest.ts';
import { startTestServers } from './test/servers.ts';
import { sum, verdict } from './test/tally.ts';

// npm run prove: the large proofs, *.prove.ts, one after another; npm run prove NAME: those whose path
// matches. What came out is added to docs/proofs.md.

const signal = interruption();
const { say } = new Steps();

try {
  say('Starting empty servers');
  const servers = await startTestServers(signal, say);
  try {
    const built = await build({ signal, say });
    say('Proving');
    const args = ['--config=vitest.prove.config.mjs', ...process.argv.slice(2)];
    const run = await runVitest({ args, env: servers.env, signal });
    if (run.report !== undefined) await addToProofsPage(run.report, figuresIn(run.output));
    const tally = sum([built, tallyOf(run)]);
    console.log(verdict(tally));
    process.exitCode = tally.failed === 0 ? 0 : 1;
  } finally {
    await servers.stop();
  }
} catch (error) {
  if (error instanceof Interrupted) say('Stopped');
  else complain(error);
  process.exitCode = 1;
}
process.exit();

/** What proofs log as one line of JSON. */
function figuresIn(output: string): readonly string[] {
  return output
    .split('\n')
    .map((line) => stripVTControlCharacters(line).trim())
    .filter((line) => line.startsWith('{') && line.endsWith('}'));
}
