import {
  type AllocateObject as AllocateObjectContract,
  refusal,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { type Cause, inTransaction } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { requireService } from '../images/image-access.ts';
import { ImageTransitions } from '../images/image-transitions.ts';
import type { ImageRow } from '../images/image.row.ts';
import { ImagesRepository } from '../images/images.repository.ts';
import { newObject, ObjectsRepository } from './objects.repository.ts';

type Request = RequestOf<typeof AllocateObjectContract>;
type Allocated = ResponseOf<typeof AllocateObjectContract>;

/** Gives a writer the one key it may write. The row is there before the first byte, so that no byte is ever lost track of. */
@Injectable()
export class AllocateObject {
  constructor(
    private readonly db: DataSource,
    private readonly images: ImagesRepository,
    private readonly objects: ObjectsRepository,
    private readonly transitions: ImageTransitions,
  ) {}

  /** @throws Refusal auth.forbidden, image.not_found, image.wrong_state; then nothing has changed. */
  execute(request: Request, context: RequestContext, cause: Cause): Promise<Allocated> {
    requireService(context);
    return inTransaction(this.db, async (tx) => {
      const image = await this.images.lock(tx, request.image_id);
      if (
        image === null ||
        image.status === 'deleted' ||
        image.region !== request.region ||
        image.owner !== context.project_id
      ) {
        throw refusal('image.not_found', `There is no image ${request.image_id} in ${request.region}.`);
      }
      const known = await this.objects.findOfJob(tx, image.id, request.job_id);
      if (known?.state === 'writing') return { object_id: known.id, key: known.key };
      if (known !== null) throw wrongState(image);
      return this.#allocate(tx, image, { request, cause });
    });
  }

  async #allocate(
    tx: EntityManager,
    image: ImageRow,
    { request, cause }: { request: Request; cause: Cause },
  ): Promise<Allocated> {
    const { job_id } = request;
    if (image.job_id !== null && image.job_id !== job_id) throw wrongState(image);
    const step = await this.transitions.apply(tx, image, { trigger: 'transfer_begun', changes: { job_id }, cause });
    if (step === null) throw wrongState(image);
    const object = newObject(image, job_id);
    await this.objects.insert(tx, object);
    return { object_id: object.id, key: object.key };
  }
}

function wrongState(image: ImageRow): Error {
  return refusal('image.wrong_state', `Image ${image.id} is ${image.status}: this job may not write it.`, {
    status: image.status,
  });
}
