import type { ImageScan, ScanFinding, ScanGap, UnscannedCode } from '@imago/contracts';
import { Found } from './walk/found.ts';

type Ended = Pick<ImageScan, 'seconds' | 'scanned_at' | 'engine'>;

/** Bytes of a scan as JSON that an event has room for, beside the job it tells of. */
const MOST_BYTES = 48 * 1024;

const REMEDIES: Readonly<Record<UnscannedCode, string>> = {
  scanner_missing: 'Ask the operator to install ClamAV where images are scanned, then have it scanned again.',
  sandbox_unavailable: 'Ask the operator to let the scanner be shut in with bubblewrap, then have it scanned again.',
  database_missing: 'Ask the operator to give the scanner its signature database, then have it scanned again.',
  database_outdated: "Ask the operator to update the scanner's signature database, then have it scanned again.",
  scanner_failed: 'Ask the operator to look into the log of the import service, then have it scanned again.',
  disk_unreadable: 'Make the image anew: its bytes are not those that were stored.',
  nothing_readable:
    'Nothing has to be done for a disk without files; of other file systems the files cannot be scanned.',
};

/** The scan of an image that was not scanned, and why. */
export function unscanned(code: UnscannedCode, seen: string, ended: Ended): ImageScan {
  return { ...new Found().told(), status: 'not_scanned', code, seen, remedy: REMEDIES[code], ...ended };
}

/** What a scan came to by what it found. */
export function scanOf(found: Found, ended: Ended): ImageScan {
  const told = found.told();
  const [malware] = told.malware;
  const [gap] = told.gaps;
  if (malware === undefined && gap === undefined && found.readFileSystems === 0)
    return unscanned('nothing_readable', 'There is no file system whose files could be scanned.', ended);
  const words = malware !== undefined ? infectedWords(told, malware) : gap !== undefined ? gapWords(told, gap) : null;
  return fitting({ ...told, code: null, ...(words ?? cleanWords(told)), ...ended });
}

type Words = Pick<ImageScan, 'status' | 'seen' | 'remedy'>;
type Told = ReturnType<Found['told']>;

function infectedWords({ malware_count }: Told, { signature, where, path }: ScanFinding): Words {
  const more = malware_count === 1 ? '' : `, and malware in ${malware_count - 1} more`;
  return {
    status: 'infected',
    seen: cut(`${signature} was found in ${path} on ${where}${more}.`),
    remedy: 'Remove the files from where the image was made of, and make it anew.',
  };
}

function gapWords({ gap_count, files }: Told, { code, where, path }: ScanGap): Words {
  const what = path === null ? where : `${path} on ${where}`;
  const more = gap_count === 1 ? '' : `, and ${gap_count - 1} more`;
  return {
    status: 'incomplete',
    seen: cut(`Nothing was found in ${files} files. Not looked at in full: ${what} (${code})${more}.`),
    remedy: 'Remove what is named from where the image was made of, or ask the operator to let scans look further.',
  };
}

function cleanWords({ files, file_systems, secret_count }: Told): Words {
  return {
    status: 'clean',
    seen: `No malware was found in ${files} files of ${file_systems.length} file systems.`,
    remedy: secret_count === 0 ? null : 'Make the image anew without the secrets that are named before you share it.',
  };
}

function cut(text: string): string {
  return text.length <= 500 ? text : `${text.slice(0, 499).toWellFormed()}…`;
}

/** The scan as it fits into an event: fewer places are named, and none is left uncounted. */
function fitting(scan: ImageScan): ImageScan {
  if (Buffer.byteLength(JSON.stringify(scan)) <= MOST_BYTES) return scan;
  const half = <T>(list: readonly T[]): T[] => list.slice(0, Math.ceil(list.length / 2));
  const { malware, secrets, gaps, file_systems } = scan;
  return fitting({
    ...scan,
    malware: half(malware),
    secrets: half(secrets),
    gaps: half(gaps),
    file_systems: half(file_systems),
  });
}
