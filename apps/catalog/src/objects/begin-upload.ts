import {
  type BeginUpload as BeginUploadContract,
  refusal,
  type RequestOf,
  type ResponseOf,
  UPLOAD_DISK_FORMATS,
} from '@imago/contracts';
import { type Cause, inTransaction, type RequestCall } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ImageAccess } from '../images/image-access.ts';
import { ImageTransitions } from '../images/image-transitions.ts';
import type { ImageRow } from '../images/image.row.ts';
import { ImagesRepository } from '../images/images.repository.ts';
import type { ObjectRow } from './object.row.ts';
import { newObject, ObjectsRepository } from './objects.repository.ts';
import { StagedRoom, type Storage } from './staged-room.ts';

type Request = RequestOf<typeof BeginUploadContract>;
type Begun = ResponseOf<typeof BeginUploadContract>;

/** Lets one upload write a queued image. The row is there before the first byte, so that no byte is ever lost track of. */
@Injectable()
export class BeginUpload {
  constructor(
    private readonly db: DataSource,
    private readonly images: ImagesRepository,
    private readonly access: ImageAccess,
    private readonly objects: ObjectsRepository,
    private readonly transitions: ImageTransitions,
    private readonly staged: StagedRoom,
  ) {}

  /** @throws Refusal as the contract of `catalog.beginUpload` names them; then nothing has changed. */
  async execute(request: Request, call: RequestCall): Promise<Begun> {
    const { context, cause } = call;
    // Asked before anything is locked: another service answers.
    const image = request.stages ? await this.images.find(this.db.manager, request.image_id) : null;
    const storage = image === null ? null : await this.staged.storageOf(image, call);
    return inTransaction(this.db, async (tx) => {
      const found = await this.images.lock(tx, request.image_id);
      const image = await this.access.require(tx, 'image.upload', found, { region: request.region, context });
      const known = await this.objects.findOfJob(tx, image.id, request.upload_session_id);
      if (known?.state === 'writing') {
        const room = storage === null ? null : await this.staged.left(tx, image, storage);
        return begun(image, known, formatOf(image, request), room);
      }
      if (known !== null) throw wrongState(image);
      return this.#begin(tx, image, { request, cause, storage });
    });
  }

  async #begin(
    tx: EntityManager,
    image: ImageRow,
    { request, cause, storage }: { request: Request; cause: Cause; storage: Storage | null },
  ): Promise<Begun> {
    // An image with a job is made by that job.
    if (image.status !== 'queued' || image.job_id !== null) throw wrongState(image);
    const disk_format = formatOf(image, request);
    const trigger = request.stages ? 'stage_begun' : 'upload_begun';
    if ((await this.transitions.apply(tx, image, { trigger, cause })) === null) throw wrongState(image);
    const room = storage === null ? null : await this.staged.take(tx, image, { storage, size: request.size });
    const size = request.stages ? request.size : null;
    const object = { ...newObject(image, request.upload_session_id), staged: request.stages, size };
    await this.objects.insert(tx, object);
    return begun(image, object, disk_format, room);
  }
}

function begun(
  { owner }: ImageRow,
  { id, key }: Pick<ObjectRow, 'id' | 'key'>,
  disk_format: Begun['disk_format'],
  room: bigint | null,
): Begun {
  return { object_id: id, key, disk_format, owner, room: room?.toString() ?? null };
}

/** Of what is staged it may still be said. */
function formatOf(image: ImageRow, { stages }: Request): Begun['disk_format'] {
  return stages ? null : acceptedFormat(image);
}

function acceptedFormat({ id, disk_format, container_format }: ImageRow): Begun['disk_format'] {
  if (disk_format === null || container_format === null) {
    throw refusal('image.format_missing', `Image ${id} has no disk_format or no container_format yet.`);
  }
  const accepted = UPLOAD_DISK_FORMATS.find((format) => format === disk_format);
  if (accepted !== undefined) return accepted;
  const formats = UPLOAD_DISK_FORMATS.join(', ');
  throw refusal(
    'image.format_unsupported',
    `Files of disk_format ${disk_format} are not accepted; these are: ${formats}.`,
    {
      accepted: UPLOAD_DISK_FORMATS,
    },
  );
}

function wrongState(image: ImageRow): Error {
  return refusal('image.wrong_state', `Image ${image.id} is ${image.status}: it takes no file now.`, {
    status: image.status,
  });
}
