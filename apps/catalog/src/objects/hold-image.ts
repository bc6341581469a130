import { type HoldImage as HoldImageContract, refusal, type RequestOf, type ResponseOf } from '@imago/contracts';
import { inTransaction, type RequestCall } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ImageAccess } from '../images/image-access.ts';
import { toRecord } from '../images/image-record.ts';
import type { ImageRow } from '../images/image.row.ts';
import { ImagesRepository } from '../images/images.repository.ts';
import { heldObject } from './held-object.ts';
import { ObjectLines } from './object-lines.ts';
import { ObjectsRepository } from './objects.repository.ts';

/** What who holds must be allowed to do with the image. */
const ACTIONS = { servers: 'image.use', boot_proof: 'image.prove_boot' } as const;

/** Keeps the bytes of an image for servers. Under the lock of the image: it is deleted before that or after, not meanwhile. */
@Injectable()
export class HoldImage {
  constructor(
    private readonly db: DataSource,
    private readonly images: ImagesRepository,
    private readonly access: ImageAccess,
    private readonly objects: ObjectsRepository,
    private readonly lines: ObjectLines,
  ) {}

  /**
   * @throws Refusal image.not_found, auth.forbidden, image.deactivated, image.not_active, server.image_unusable,
   * request.timeout; then nothing more is held than before.
   */
  execute(
    request: RequestOf<typeof HoldImageContract>,
    { context, deadline }: RequestCall,
  ): Promise<ResponseOf<typeof HoldImageContract>> {
    return inTransaction(this.db, async (tx) => {
      const found = await this.images.lock(tx, request.image_id);
      const action = ACTIONS[request.purpose];
      const image = await this.access.require(tx, action, found, { region: request.region, context });
      requireActive(image);
      const object = heldObject(await this.lines.ofImage(tx, image.id), image);
      await this.objects.holdForServers(tx, object.object_id, request.disk_ids);
      // Who has given up may have let go of the hold already, and would never do it again.
      if (deadline.getTime() <= Date.now()) throw refusal('request.timeout', 'The image was busy for too long.');
      return { image: toRecord(image), object };
    });
  }
}

function requireActive({ id, status }: ImageRow): void {
  if (status === 'active') return;
  if (status === 'deactivated') throw refusal('image.deactivated', `Image ${id} is deactivated.`);
  throw refusal('image.not_active', `Image ${id} is ${status}.`, { status });
}
