import { type BeginImport as BeginImportContract, refusal, type RequestOf, type ResponseOf } from '@imago/contracts';
import { inTransaction, type RequestCall } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ImageAccess } from '../images/image-access.ts';
import { ImageTransitions } from '../images/image-transitions.ts';
import type { ImageRow } from '../images/image.row.ts';
import { ImagesRepository } from '../images/images.repository.ts';
import { ObjectsRepository } from '../objects/objects.repository.ts';
import { begun } from './import-properties.ts';

type Request = RequestOf<typeof BeginImportContract>;
type Begun = ResponseOf<typeof BeginImportContract>;

/** Lets one import job, and no other, make a registered image. */
@Injectable()
export class BeginImport {
  constructor(
    private readonly db: DataSource,
    private readonly images: ImagesRepository,
    private readonly access: ImageAccess,
    private readonly objects: ObjectsRepository,
    private readonly transitions: ImageTransitions,
  ) {}

  /** @throws Refusal as the contract of `catalog.beginImport` names them; then nothing has changed. */
  execute(request: Request, { context, cause }: RequestCall): Promise<Begun> {
    const { image_id, region, job_id, method } = request;
    return inTransaction(this.db, async (tx) => {
      const found = await this.images.lock(tx, image_id);
      const image = await this.access.require(tx, 'image.import', found, { region, context });
      const staged = method === 'glance-direct' ? await this.#staged(tx, image) : null;
      if (image.status === 'importing' && image.job_id === job_id) return { staged, event_ids: [] };
      requireReady(image, request);
      if (image.disk_format === null || image.container_format === null)
        throw refusal('import.format_missing', `Image ${image.id} has no disk_format or no container_format yet.`);
      const changes = { job_id, import_method: method, properties: begun(image, job_id) };
      const step = await this.transitions.apply(tx, image, { trigger: 'import_begun', changes, cause });
      if (step === null) throw wrongState(image, method);
      return { staged, event_ids: [step.event_id] };
    });
  }

  /** The file that waits for it. */
  async #staged(tx: EntityManager, image: ImageRow): Promise<Begun['staged']> {
    const object = await this.objects.findStaged(tx, image.id);
    return object === null || image.size === null ? null : { key: object.key, size: image.size };
  }
}

/** A staged file is imported when all of it has come. */
function requireReady(image: ImageRow, { method }: Request): void {
  const isReady =
    method === 'glance-direct' ? image.status === 'uploading' && image.size !== null : image.status === 'queued';
  if (!isReady || (method === 'web-download' && image.job_id !== null)) throw wrongState(image, method);
}

function wrongState(image: ImageRow, method: string): Error {
  return refusal('image.wrong_state', `Image ${image.id} is ${image.status}: it takes no import by ${method} now.`, {
    status: image.status,
  });
}
