import { type OfflineOrder, refusal } from '@imago/contracts';
import type { ImportData } from '../imports/import-job.ts';

/**
 * Whether a scan lets an image be that an operator brings: never one with malware, and one that was not scanned in full only
 * for a reason that was given beforehand.
 * @throws Refusal import.malware_found, import.not_scanned
 */
export function requireScanned(
  { unscanned_reason }: Pick<OfflineOrder, 'unscanned_reason'>,
  { status, seen, malware }: NonNullable<ImportData['scanned']>,
): void {
  if (status === 'clean') return;
  if (status === 'infected') throw refusal('import.malware_found', seen, { found: malware });
  if (unscanned_reason === null) throw refusal('import.not_scanned', seen, { scan: status });
}
