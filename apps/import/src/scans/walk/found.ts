import {
  type ImageScan,
  MOST_NAMED,
  type ScanFinding,
  type ScanGap,
  type ScanGapCode,
  type SecretFinding,
  type SecretKind,
} from '@imago/contracts';
import { printable } from '@imago/readiness';

/** A place of an image: a volume, and a path in its file system. */
export interface Place {
  readonly where: string;
  readonly path: string;
}

/** The findings of a kind: how many there were, and the first of them. */
class Findings<Finding> {
  count = 0;
  readonly named: Finding[] = [];

  add(finding: Finding): void {
    this.count += 1;
    if (this.named.length < MOST_NAMED) this.named.push(finding);
  }
}

type ScannedFileSystem = ImageScan['file_systems'][number];

/** What a scan has found so far. However much that is, it takes no more room than a scan tells. */
export class Found {
  readonly #malware = new Findings<ScanFinding>();
  readonly #secrets = new Findings<SecretFinding>();
  readonly #gaps = new Findings<ScanGap>();
  readonly #fileSystems: { where: string; type: string; files: number; bytes: bigint }[] = [];
  files = 0;
  bytes = 0n;
  initialisationComponent: ImageScan['initialisation_component'] = null;

  malware(signature: string, place: Place): void {
    this.#malware.add({ signature: printable(signature, 200), ...shown(place) });
  }

  secret(kind: SecretKind, place: Place): void {
    this.#secrets.add({ kind, ...shown(place) });
  }

  gap(code: ScanGapCode, where: string, path: string | null = null): void {
    this.#gaps.add({ code, where: shownWhere(where), path: path === null ? null : shownPath(path) });
  }

  /** From now on, files are of this file system. */
  fileSystem(where: string, type: string): void {
    this.#fileSystems.push({ where: shownWhere(where), type, files: 0, bytes: 0n });
  }

  /** A file was given to the scanner. */
  file(bytes: number): void {
    const current = this.#fileSystems.at(-1);
    this.files += 1;
    this.bytes += BigInt(bytes);
    if (current === undefined) return;
    current.files += 1;
    current.bytes += BigInt(bytes);
  }

  get readFileSystems(): number {
    return this.#fileSystems.length;
  }

  get malwareCount(): number {
    return this.#malware.count;
  }

  get gapCount(): number {
    return this.#gaps.count;
  }

  /** What of a scan is findings. */
  told(): Pick<
    ImageScan,
    | 'malware'
    | 'malware_count'
    | 'secrets'
    | 'secret_count'
    | 'gaps'
    | 'gap_count'
    | 'file_systems'
    | 'files'
    | 'bytes'
    | 'initialisation_component'
  > {
    return {
      malware: this.#malware.named,
      malware_count: this.#malware.count,
      secrets: this.#secrets.named,
      secret_count: this.#secrets.count,
      gaps: this.#gaps.named,
      gap_count: this.#gaps.count,
      file_systems: this.#fileSystems.slice(0, 128).map((each): ScannedFileSystem => {
        return { ...each, bytes: each.bytes.toString() };
      }),
      files: this.files,
      bytes: this.bytes.toString(),
      initialisation_component: this.initialisationComponent,
    };
  }
}

function shown({ where, path }: Place): Place {
  return { where: shownWhere(where), path: shownPath(path) };
}

/** The end of a path says more than its beginning. */
function shownPath(path: string): string {
  return printable(path.length <= 300 ? path : `…${path.slice(-299)}`, 300) || '\u{fffd}';
}

function shownWhere(where: string): string {
  return printable(where, 120) || 'the disk';
}
