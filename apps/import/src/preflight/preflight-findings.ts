import {
  type DomainError,
  type ImageFacts,
  type PREFLIGHT_CHECKS,
  type PreflightFacts,
  type PreflightPoint,
  type PreflightReport,
  type ReadinessReport,
} from '@imago/contracts';
import { declaredOf, unexaminedReport } from '@imago/image-transfer';
import { worstStatus } from '@imago/readiness';

export type PreflightCheck = (typeof PREFLIGHT_CHECKS)[number];
type Finding = Pick<PreflightPoint, 'status' | 'seen'> & Partial<PreflightPoint>;

/** What is asked of the file; what is seen on its disk comes after that. */
const OF_THE_FILE = ['source', 'file', 'checksum', 'format', 'structure', 'disk_size'] as const;
/** What is asked of catalog and quota. */
export const OF_THE_IMAGE = ['image', 'image_quota', 'storage_quota'] as const;

/**
 * What a preflight has found so far, in whatever order it came. Once the time is over it takes nothing more: what is
 * refused from then on is refused because nobody waits for it.
 */
export class PreflightFindings {
  readonly #points = new Map<PreflightCheck, PreflightPoint>();
  readonly #ofTheDisk: readonly PreflightCheck[];
  #facts: PreflightFacts;

  constructor(
    facts: ImageFacts,
    private readonly signal: AbortSignal,
  ) {
    this.#ofTheDisk = unexaminedReport(declaredOf(facts), 'It was not looked at.').points.map(({ point }) => point);
    this.#facts = {
      ...{ source_uri: null, size: null, disk_formats: [], virtual_size: null, allocated_bytes: null },
      ...{ min_disk: facts.min_disk, needed_min_disk: null, operating_system: null, quotas: [] },
    };
  }

  get facts(): PreflightFacts {
    return this.#facts;
  }

  has(check: PreflightCheck): boolean {
    return this.#points.has(check);
  }

  learn(facts: Partial<PreflightFacts>): void {
    if (!this.signal.aborted) this.#facts = { ...this.#facts, ...facts };
  }

  ok(check: PreflightCheck, seen: string): void {
    this.found(check, { status: 'ok', seen });
  }

  /** An import would be refused for this. */
  refused(check: PreflightCheck, { code, message, remedy, details }: DomainError): void {
    const offset = details['offset'];
    const where = typeof offset === 'number' ? `byte ${offset} of the file` : null;
    this.found(check, { status: 'problem', code, seen: message, where, remedy });
  }

  found(check: PreflightCheck, finding: Finding): void {
    if (this.signal.aborted) return;
    this.#points.set(check, { check, code: null, where: null, remedy: null, ...finding });
  }

  /** What was seen on the disk. An import is not refused for any of it. */
  examined({ points, operating_system }: ReadinessReport): void {
    for (const { point, ...finding } of points) this.found(point, finding);
    this.learn({ operating_system });
  }

  /** Nothing more can be found out about the file, and why. */
  giveUp(seen: string): void {
    for (const check of [...OF_THE_FILE, ...this.#ofTheDisk])
      if (!this.has(check)) this.found(check, { status: 'unknown', seen });
  }

  /** @param why what is to be said of points that nothing was found out about. */
  report(why: string): Omit<PreflightReport, 'estimate'> {
    const unknown = { status: 'unknown', code: null, seen: why, where: null, remedy: null } as const;
    const checks = [...OF_THE_FILE, ...OF_THE_IMAGE, ...this.#ofTheDisk];
    const points = checks.map((check) => this.#points.get(check) ?? { check, ...unknown });
    return { status: worstStatus(points.map(({ status }) => status)), points, facts: this.#facts };
  }
}
