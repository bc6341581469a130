import { Session, type Profiler } from 'node:inspector/promises';

/** Which blocks of the library's code run, by V8's own counts. */
export class BranchCoverage {
  private readonly session = new Session();
  private readonly known = new Set<string>();

  static async start(): Promise<BranchCoverage> {
    const coverage = new BranchCoverage();
    coverage.session.connect();
    await coverage.session.post('Profiler.enable');
    await coverage.session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    return coverage;
  }

  /** The blocks that ran since the last look and are not known yet. */
  async unknown(): Promise<ReadonlySet<string>> {
    const { result } = await this.session.post('Profiler.takePreciseCoverage');
    const ours = result.filter(({ url }) => url.includes('/disk-image/src/'));
    return new Set(ours.flatMap((script) => blocksOf(script)).filter((block) => !this.known.has(block)));
  }

  know(blocks: Iterable<string>): void {
    for (const block of blocks) this.known.add(block);
  }

  get blocks(): number {
    return this.known.size;
  }

  end(): void {
    this.session.disconnect();
  }
}

function blocksOf({ url, functions }: Profiler.ScriptCoverage): string[] {
  const ran = functions.flatMap(({ ranges }) => ranges.filter(({ count }) => count > 0));
  return ran.map(({ startOffset, endOffset }) => `${url}:${startOffset}-${endOffset}`);
}
