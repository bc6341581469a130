import Sequencer from '@jest/test-sequencer';

const KINDS = ['.e2e.spec.ts', '.int.spec.ts'];

/** Long suites first, so that no worker is left with one at the end: a fresh clone remembers no durations. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const kind = ({ path }) => {
      const index = KINDS.findIndex((ending) => path.endsWith(ending));
      return index < 0 ? KINDS.length : index;
    };
    return super.sort(tests).sort((one, other) => kind(one) - kind(other));
  }
}
