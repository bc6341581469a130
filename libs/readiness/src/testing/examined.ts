import { readinessReport, type ReadinessReport } from '@imago/contracts';
import { type Declared, examineDisk } from '../index.ts';
import { DECLARED } from './declared.ts';
import { FileDisk } from './file-disk.ts';

/** The report of a raw file. */
export async function examined(path: string, declared: Partial<Declared> = {}): Promise<ReadinessReport> {
  const disk = await FileDisk.open(path);
  try {
    const signal = AbortSignal.timeout(60_000);
    return readinessReport.parse(await examineDisk(disk, { ...DECLARED, ...declared }, { signal }));
  } finally {
    await disk.close();
  }
}

/** What of a report is not as it should be, a line for each. */
export function faults({ points }: ReadinessReport): string[] {
  return points.flatMap(({ point, status, where, seen }) =>
    status === 'ok' ? [] : [`${point} ${status} ${where ?? '-'}: ${seen}`],
  );
}
