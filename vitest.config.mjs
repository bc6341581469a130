import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { TOGETHER } from './apps/e2e/test/casts.ts';
import { BaseSequencer } from 'vitest/node';

/** Libs are read from source, so that no build is needed first; whatever else has conditions keeps those of Node. */
const CONDITIONS = ['@imago/source'];

const KINDS = ['.e2e.spec.ts', '.int.spec.ts'];

/** Suites that take long and whose kind does not say so. */
const LONG = ['.together.ts', 'qemu-hypervisor.int.spec.ts'];

/** All tests run, and not those that somebody has named. */
const WHOLE = process.env['IMAGO_TEST_EVERYTHING'] === 'true';

/** End-to-end suites that share a system are then loaded by one file for each system, instead of by their own. */
const SHARED = Object.values(TOGETHER).flatMap((suites) => Object.keys(suites));

const INCLUDED = {
  specs: '{apps,libs,tools}/**/*.spec.ts',
  companies: Object.keys(TOGETHER).map((company) => `apps/e2e/src/${company}.together.ts`),
};
for (const file of INCLUDED.companies) {
  if (!existsSync(new URL(file, import.meta.url))) throw new Error(`${file} is missing: nothing would run its suites`);
}

/** Long suites first, so that no worker is left with one at the end: a fresh clone remembers no durations. */
class LongestFirst extends BaseSequencer {
  async sort(files) {
    const kind = ({ moduleId }) => {
      if (LONG.some((name) => moduleId.endsWith(name))) return 0;
      const index = KINDS.findIndex((ending) => moduleId.endsWith(ending));
      return index < 0 ? KINDS.length : index;
    };
    return (await super.sort(files)).sort((one, other) => kind(one) - kind(other));
  }
}

export default defineConfig({
  resolve: { conditions: CONDITIONS },
  ssr: { resolve: { conditions: CONDITIONS, externalConditions: CONDITIONS } },
  test: {
    include: [INCLUDED.specs, ...(WHOLE ? INCLUDED.companies : [])],
    tags: [{ name: 'exhaustive', description: 'Other cases of what smaller tests prove: npm test -- --all' }],
    exclude: [
      '**/node_modules/**',
      '**/dist/**',
      ...(WHOLE ? SHARED.map((suite) => `apps/e2e/src/${suite}.e2e.spec.ts`) : []),
    ],
    // Suites share their worker and its modules: docs/adr/0010-tests-share-their-process.md.
    pool: 'forks',
    isolate: false,
    maxWorkers: 4,
    // A net, not a measure: real servers on a busy machine take their time.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    sequence: { sequencer: LongestFirst },
    // A session that Postgres ended because its suite's database is gone has nobody left to hear of it; all else counts.
    onUnhandledError: (error) => error.code !== '57P01',
  },
});
