import {
  DomainError,
  type PreflightImport as PreflightImportContract,
  type PreflightReport,
  PreviewRegistration,
  refusalFrom,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { isCertain, untilAborted } from '@imago/jobs';
import { type RequestCall, RequestClient } from '@imago/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { IMPORT_CONFIG } from '../config-token.ts';
import type { ImportConfig } from '../config.ts';
import { wantedImage } from '../imports/wanted-image.ts';
import { FileLook } from './file-look.ts';
import { ImportPace } from './import-pace.ts';
import { OF_THE_IMAGE, PreflightFindings } from './preflight-findings.ts';
import { PreflightSlots } from './preflight-slots.ts';

type Request = RequestOf<typeof PreflightImportContract>;

/** Milliseconds an answer needs to get to whoever waits for it. */
const TRAVEL = 1_000;

/**
 * Tells what an import would meet. It asks what {@link RequestImport} and the phases ask, by the same functions, and
 * writes nothing.
 */
@Injectable()
export class PreflightImport {
  constructor(
    private readonly file: FileLook,
    private readonly requests: RequestClient,
    private readonly pace: ImportPace,
    private readonly slots: PreflightSlots,
    @Inject(IMPORT_CONFIG) private readonly config: Pick<ImportConfig, 'IMPORT_PREFLIGHT_SECONDS'>,
  ) {}

  /** @throws Refusal auth.forbidden, import.preflight_busy */
  async execute(request: Request, { context, deadline }: RequestCall): Promise<PreflightReport> {
    requireAllowed('image.import', context, 'owner');
    const release = this.slots.take(context.project_id);
    const patience = this.#patience(deadline);
    const signal = AbortSignal.timeout(patience);
    const findings = new PreflightFindings(request.facts, signal);
    const looks = [
      this.file.look(request, context.project_id, { findings, signal }),
      this.#lookAtImage(request, findings, { context, timeout_ms: patience }),
    ];
    // Not with the answer: what nobody waits for any more may still be at work for a moment.
    void Promise.allSettled(looks).then(release);
    await untilEnough(Promise.all(looks), signal);
    const report = findings.report(`It could not be found out within ${Math.round(patience / 100) / 10} seconds.`);
    return { ...report, estimate: await this.pace.estimate(request.region, report.facts.allocated_bytes) };
  }

  #patience(deadline: Date): number {
    const most = deadline.getTime() - Date.now() - TRAVEL;
    return Math.max(1, Math.min(this.config.IMPORT_PREFLIGHT_SECONDS * 1000, most));
  }

  /** Whether catalog would register the image, and quota has room for it. */
  async #lookAtImage(
    { region, facts, disk_format }: Request,
    findings: PreflightFindings,
    options: { readonly context: RequestContext; readonly timeout_ms: number },
  ): Promise<void> {
    try {
      tell(findings, await this.requests.send(PreviewRegistration, wantedImage(region, facts, disk_format), options));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const { remedy } = error;
      for (const check of OF_THE_IMAGE)
        findings.found(check, { status: 'unknown', seen: 'It cannot be found out at the moment.', remedy });
      if (isCertain(error)) findings.refused('image', error);
    }
  }
}

function tell(findings: PreflightFindings, preview: ResponseOf<typeof PreviewRegistration>): void {
  findings.learn({ quotas: preview.figures });
  findings.ok('image', 'It can be registered as it is described.');
  for (const { resource, limit, used } of preview.figures) {
    if (resource === 'images') findings.ok('image_quota', `${used} of ${limit} images are taken.`);
    if (resource === 'storage_gib') findings.ok('storage_quota', `${used} of ${limit} GiB are taken.`);
  }
  for (const document of preview.refusals) findings.refused(checkOf(document.code), refusalFrom(document));
}

function checkOf(code: string): (typeof OF_THE_IMAGE)[number] {
  if (code === 'quota.images_exceeded') return 'image_quota';
  return code === 'quota.storage_exceeded' ? 'storage_quota' : 'image';
}

/** Ends with the work or with the time, whichever is first. */
async function untilEnough(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  try {
    await untilAborted(work, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
