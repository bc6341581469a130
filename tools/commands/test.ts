import { parseArgs } from 'node:util';
import { Interrupted, interruption } from './interruption.ts';
import { complain, Steps } from './steps.ts';
import { build, runChecks } from './test/checks.ts';
import { runVitest, tallyOf } from './test/run-vitest.ts';
import { startTestServers } from './test/servers.ts';
import { sum, type Tally, verdict } from './test/tally.ts';

// npm test: everything, each guarantee at its smallest. npm test -- --all: and every other case of it. npm test -- libs/jobs:
// all tests whose paths contain it. npm run check: what needs no servers.

const options = { quick: { type: 'boolean' }, all: { type: 'boolean' } } as const;
const { values, positionals } = parseArgs({ allowPositionals: true, options });
const signal = interruption();
const { say } = new Steps();

try {
  const tally = await (values.quick === true ? quickly() : everything(positionals));
  console.log(verdict(tally));
  process.exit(tally.failed === 0 ? 0 : 1);
} catch (error) {
  if (error instanceof Interrupted) say('Stopped');
  else complain(error);
  console.log(verdict({ passed: 0, failed: 1 }));
  process.exit(1);
}

/** The checks run while the servers start; the tests of all projects share the servers. */
async function everything(patterns: readonly string[]): Promise<Tally> {
  const failure = new AbortController();
  say('Starting empty servers for the tests');
  const starting = startTestServers(signal, say);
  starting.catch((error: unknown) => {
    failure.abort(error);
  });
  const options = { signal: AbortSignal.any([signal, failure.signal]), say };
  try {
    const checked = await (patterns.length === 0 ? runChecks(options) : build(options));
    const servers = await starting;
    say('Running the tests');
    const whole = patterns.length === 0;
    const smallest = whole && values.all !== true;
    const env = {
      ...servers.env,
      ...(whole && { IMAGO_TEST_EVERYTHING: 'true' }),
      ...(smallest && { IMAGO_TEST_SMALLEST: 'true' }),
    };
    const run = await runVitest({
      args: [...(smallest ? ['--tags-filter=!exhaustive'] : []), ...patterns],
      env,
      signal,
    });
    if (smallest) console.log(`npm test -- --all also runs ${run.report?.numPendingTests ?? 0} other cases of these`);
    return sum([checked, tallyOf(run)]);
  } finally {
    await starting.then(
      (servers) => servers.stop(),
      () => undefined,
    );
  }
}

async function quickly(): Promise<Tally> {
  const checked = await runChecks({ signal, say });
  say('Running the unit tests');
  const run = await runVitest({ args: ['--exclude=**/*.{int,e2e}.spec.ts'], env: {}, signal });
  return sum([checked, tallyOf(run)]);
}
