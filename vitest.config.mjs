import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';

/** Libs are read from source, so that no build is needed first; whatever else has conditions keeps those of Node. */
const CONDITIONS = ['@imago/source'];

const KINDS = ['.e2e.spec.ts', '.int.spec.ts'];

/** Long suites first, so that no worker is left with one at the end: a fresh clone remembers no durations. */
class LongestFirst extends BaseSequencer {
  async sort(files) {
    const kind = ({ moduleId }) => {
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
    include: ['{apps,libs,tools}/**/*.spec.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Suites share their worker and its modules: docs/adr/0010-tests-share-their-process.md.
    pool: 'forks',
    isolate: false,
    maxWorkers: 4,
    // A net, not a measure: real servers on a busy machine take their time.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    sequence: { sequencer: LongestFirst },
    // A session that Postgres ended because its suite's database is gone has nobody left to hear of it; all else counts.
    onUnhandledError: (error) => error.code !== '57P01',
  },
});
