import { type ImageScan, refusal } from '@imago/contracts';

/** Milliseconds of an hour. */
const HOUR = 3_600_000;
/** The most places a refusal names; the scan has them all. */
const MOST_NAMED = 10;

/**
 * Everybody gets only what was scanned lately, is clean and sets up its servers (R2).
 * @throws Refusal image.scan_missing, image.scan_outdated, image.scan_not_clean, image.initialisation_missing
 */
export function requirePublishable(imageId: string, scan: ImageScan | null, freshHours: number): void {
  if (scan === null) throw refusal('image.scan_missing', `Image ${imageId} has never been scanned.`);
  const { status, code, seen, scanned_at } = scan;
  if (status === 'not_scanned')
    throw refusal('image.scan_missing', `Image ${imageId} was not scanned: ${seen}`, { code, scanned_at });
  if (status !== 'clean')
    throw refusal('image.scan_not_clean', `The scan of image ${imageId} is '${status}': ${seen}`, {
      scan: status,
      scanned_at,
      malware: scan.malware.slice(0, MOST_NAMED),
      gaps: scan.gaps.slice(0, MOST_NAMED),
    });
  if (Date.parse(scanned_at) + freshHours * HOUR < Date.now())
    throw refusal('image.scan_outdated', `The scan of image ${imageId} is older than ${freshHours} hours.`, {
      scanned_at,
    });
  if (scan.initialisation_component === null)
    throw refusal(
      'image.initialisation_missing',
      `Neither cloud-init nor Cloudbase-Init was found on the disk of image ${imageId}.`,
    );
}
