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
import { LayerParents, parentUnusable } from './layer-parents.ts';
import { ObjectLines } from './object-lines.ts';
import type { ObjectRow } from './object.row.ts';
import { type NewObject, newObject, ObjectsRepository } from './objects.repository.ts';

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
    private readonly lines: ObjectLines,
    private readonly parents: LayerParents,
  ) {}

  /**
   * @throws Refusal auth.forbidden, image.not_found, image.wrong_state, image.not_layered, image.parent_unusable; then
   * nothing has changed.
   */
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
      if (known !== null) return sameAs(known, request, image);
      if (request.purpose === 'flatten') return this.#allocateSecond(tx, image, request);
      return this.#allocate(tx, image, { request, cause });
    });
  }

  /** Beside the layer an image is read from, until what is written here takes its place. */
  async #allocateSecond(tx: EntityManager, image: ImageRow, { job_id, parent_object_id }: Request): Promise<Allocated> {
    if (image.status !== 'active') throw wrongState(image);
    if (parent_object_id !== null) throw parentUnusable(parent_object_id, 'is not needed by what is stored whole');
    if ((await this.lines.ofImage(tx, image.id)).length < 2) {
      throw refusal('image.not_layered', `Image ${image.id} is stored whole.`);
    }
    return this.#insert(tx, newObject(image, job_id));
  }

  async #allocate(
    tx: EntityManager,
    image: ImageRow,
    { request, cause }: { request: Request; cause: Cause },
  ): Promise<Allocated> {
    const { job_id, parent_object_id } = request;
    if (image.job_id !== null && image.job_id !== job_id) throw wrongState(image);
    if (!(await this.#begin(tx, image, { job_id, cause }))) throw wrongState(image);
    if (parent_object_id !== null) await this.parents.require(tx, parent_object_id, image);
    return this.#insert(tx, newObject(image, job_id, parent_object_id));
  }

  /** The making of a machine begins with its system disk; that of its data disks has begun with it. */
  async #begin(
    tx: EntityManager,
    image: ImageRow,
    { job_id, cause }: { job_id: string; cause: Cause },
  ): Promise<boolean> {
    // A disk of a machine begins with it, and an import into a registered image before its transfer.
    if (image.machine_image_id !== null || image.import_method !== null) return image.status === 'importing';
    const begun = { trigger: 'transfer_begun', changes: { job_id }, cause } as const;
    return (await this.transitions.apply(tx, image, begun)) !== null;
  }

  async #insert(tx: EntityManager, object: NewObject): Promise<Allocated> {
    await this.objects.insert(tx, object);
    return { object_id: object.id, key: object.key };
  }
}

/** A writer that asks again may go on, unless it thinks of a layer what was given to it as no layer, or on another object. */
function sameAs(known: ObjectRow, { parent_object_id }: Request, image: ImageRow): Allocated {
  if (known.state !== 'writing') throw wrongState(image);
  if (parent_object_id !== null && parent_object_id !== known.parent_object_id) {
    throw parentUnusable(parent_object_id, 'is not what this job was given');
  }
  return { object_id: known.id, key: known.key };
}

function wrongState(image: ImageRow): Error {
  return refusal('image.wrong_state', `Image ${image.id} is ${image.status}: this job may not write it.`, {
    status: image.status,
  });
}
