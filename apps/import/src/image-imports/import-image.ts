import {
  BeginImport,
  GetImage,
  type ImportImage as ImportImageContract,
  importDiskFormat,
  Refusal,
  refusal,
  type RequestOf,
  type ShownImage,
} from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { isCertain, toView } from '@imago/jobs';
import { inTransaction, RequestClient } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { ImportData, ImportInput, ImportJob } from '../imports/import-job.ts';
import { ImportJobs } from '../imports/import-jobs.ts';
import type { ImportAccepted } from '../imports/request-import.ts';
import { pinPromptly } from '../imports/source/pin-promptly.ts';
import { type AcceptedSource, TenantFiles } from '../imports/source/tenant-files.ts';
import { splitUrl, type UrlSecrets } from '../imports/source/url/url-secrets.ts';
import { PromiseImport } from './promise-import.ts';

type Request = RequestOf<typeof ImportImageContract>;

interface Wanted {
  readonly input: ImportInput;
  readonly data: ImportData;
  readonly secrets: UrlSecrets;
}

const NO_SECRETS: UrlSecrets = { query: '', headers: {} };

/**
 * Accepts an import into an image that is registered, or refuses it at once. The job is recorded first, then catalog makes
 * it the image's, then it is promised: what is cut off between is taken back by the sweep of admissions.
 */
@Injectable()
export class ImportImage {
  constructor(
    private readonly db: DataSource,
    private readonly jobs: ImportJobs,
    private readonly files: TenantFiles,
    private readonly requests: RequestClient,
    private readonly promise: PromiseImport,
  ) {}

  /** @throws Refusal as the contract of `import.importImage` names them; then the image is as it was. */
  async execute(request: Request, context: RequestContext): Promise<ImportAccepted> {
    const { image_id, region, method } = request;
    const { image } = await this.requests.send(GetImage, { image_id, region }, { context });
    // Who reads this sees the image; what of it is public or somebody else's is not for the caller to fill.
    requireAllowed('image.import', context, image.owner === context.project_id ? 'owner' : 'public');
    const wanted = await this.#wanted(request, image, context);
    const job = await this.#record(wanted, image, context);
    if (job.state !== 'admitting') return { job: toView(job), event_ids: [] };
    try {
      const begin = { image_id, region, job_id: job.id, method: method.name };
      const { staged, event_ids } = await this.requests.send(BeginImport, begin, { context });
      const accepted = await this.promise.execute(job, staged === null ? wanted.data : { staged });
      return { ...accepted, event_ids: [...accepted.event_ids, ...event_ids] };
    } catch (error) {
      // A refusal is certain. After anything else nobody knows whose the image is: the sweep decides.
      if (isCertain(error)) await this.jobs.store.forget(this.db.manager, job.id);
      throw error;
    }
  }

  /** @throws Refusal import.format_missing, image.format_unsupported, and what a URL is refused for */
  async #wanted({ image_id, region, method }: Request, image: ShownImage, context: RequestContext): Promise<Wanted> {
    const { request_id } = context;
    const about = { checksum: null, disk_format: formatOf(image), facts: image };
    if (method.name === 'glance-direct') {
      const asked = { request_id, method };
      return { input: { ...about, source: { type: 'staged', image_id }, asked }, data: {}, secrets: NO_SECRETS };
    }
    const file = { source: { type: 'url' as const, url: method.uri, headers: {} }, region, checksum: null };
    if (image.status !== 'queued') throw refusal('image.wrong_state', `Image ${image_id} is ${image.status}.`);
    const { source, secrets } = await this.files.accept(file, image.owner);
    const data = await this.#pin({ source, secrets }, image);
    const asked = { request_id, method: { name: method.name, uri: splitUrl(new URL(method.uri)).shown } };
    return { input: { ...about, source, asked }, data, secrets };
  }

  /**
   * A URL that may not be asked is refused at once. What else is wrong with it the task tells, as clients expect.
   * @throws Refusal import.url_refused
   */
  async #pin(accepted: AcceptedSource, { region, owner: project_id }: ShownImage): Promise<ImportData> {
    try {
      const file = await this.files.open(accepted, { region, project_id });
      return { source: await pinPromptly(file, accepted.source) };
    } catch (error) {
      if (!(error instanceof Refusal) || error.code === 'import.url_refused') throw error;
      return {};
    }
  }

  #record({ input, secrets }: Wanted, { id, region, owner }: ShownImage, context: RequestContext): Promise<ImportJob> {
    return inTransaction(this.db, async (tx) => {
      const { job, created } = await this.jobs.store.insert(tx, {
        ...{ id: uuidv7(), type: 'import', project_id: owner, region, image_id: id, phase: 'admit', input, data: {} },
        // The broker may deliver a request twice. No key of a caller has a space in it.
        idempotency_key: `request ${context.request_id}`,
        request_hash: '',
        actor: context.user_id,
        correlation_id: context.correlation_id,
      });
      if (created) await this.files.keepSecrets(tx, job.id, secrets);
      return job;
    });
  }
}

function formatOf({ id, disk_format, container_format }: ShownImage): ImportInput['disk_format'] {
  if (disk_format === null || container_format === null)
    throw refusal('import.format_missing', `Image ${id} has no disk_format or no container_format yet.`);
  const accepted = importDiskFormat.safeParse(disk_format);
  if (accepted.success) return accepted.data;
  throw refusal(
    'image.format_unsupported',
    `Files of disk_format ${disk_format} are not imported; these are: ${importDiskFormat.options.join(', ')}.`,
    { accepted: importDiskFormat.options },
  );
}
