import { randomUUID } from 'node:crypto';
import {
  AbandonImage,
  AllocateObject,
  DescribeCopySource,
  type ShownImage,
  refusal,
  RegisterCopy,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { type Relation, requireAllowed } from '@imago/identity';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { imageObjectKey } from '@imago/object-store';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { v5 as uuidv5 } from 'uuid';
import { NeighbourBook } from './neighbour-book.ts';
import { requireService } from './require-service.ts';

/* eslint-disable @typescript-eslint/require-await -- handlers answer promises */

@Controller()
export class CopyCatalogController {
  constructor(private readonly book: NeighbourBook) {}

  @OnRequest(RegisterCopy)
  async register(
    @Payload() request: RequestOf<typeof RegisterCopy>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof RegisterCopy>> {
    const { copies } = this.book;
    if (copies.refuse !== null) throw copies.refuse;
    const { image } = this.book.find(request.source.image_id);
    requireAllowed('image.copy', context, relationTo(image, context.project_id));
    if (!copies.registered.has(request.image_id)) {
      if (copies.room === 0) throw refusal('quota.images_exceeded', 'No place is left.', { limit: 1, used: 1 });
      copies.room -= 1;
    }
    copies.registered.set(request.image_id, { ...request, project_id: context.project_id });
    if (copies.loseAnswers !== null) throw copies.loseAnswers;
    const data_disks = image.data_disks.map(({ image_id, size }) => {
      const copyId = uuidv5(image_id, request.image_id);
      return { image_id: copyId, source_image_id: image_id, size: size ?? '0' };
    });
    return { image: copies.image(request.image_id), data_disks, event_ids: [randomUUID()] };
  }

  @OnRequest(AbandonImage)
  async abandon(
    @Payload() { image_id }: RequestOf<typeof AbandonImage>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof AbandonImage>> {
    requireService(context.roles);
    this.book.copies.registered.delete(image_id);
    this.book.copies.abandoned.push(image_id);
    return { abandoned: true };
  }

  @OnRequest(AllocateObject)
  async allocate(
    @Payload() { image_id, job_id }: RequestOf<typeof AllocateObject>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof AllocateObject>> {
    requireService(context.roles);
    const { objects } = this.book.copies;
    const name = this.book.copies.registered.has(image_id) ? job_id : `${job_id} ${image_id}`;
    const known = objects.get(name);
    if (known !== undefined) return known;
    const object_id = randomUUID();
    const object = { object_id, key: imageObjectKey(image_id, object_id) };
    objects.set(name, object);
    return object;
  }

  @OnRequest(DescribeCopySource)
  async describe(
    @Payload() { image_id: asked, disk_image_id }: RequestOf<typeof DescribeCopySource>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof DescribeCopySource>> {
    requireService(context.roles);
    const image_id = disk_image_id ?? asked;
    const { image, object } = this.book.find(image_id);
    if (relationTo(image, context.project_id) === 'none') throw refusal('image.not_found', 'There is no such image.');
    if (image.status === 'deactivated') throw refusal('image.deactivated', 'The image is deactivated.');
    const hashes = this.book.copies.hashes.get(image_id) ?? { checksum: null, os_hash_value: null };
    const { virtual_size, layers, index_hash, object_id, key, size } = object;
    return {
      object: {
        ...{ object_id, key, size, virtual_size, layers, index_hash, allocated_bytes: virtual_size },
        disk_format: image.disk_format ?? 'qcow2',
        container_format: image.container_format,
        file_size: image.size ?? size,
        ...hashes,
      },
    };
  }
}

/* eslint-enable @typescript-eslint/require-await */

function relationTo({ owner, visibility }: ShownImage, projectId: string): Relation {
  if (owner === projectId) return 'owner';
  return visibility === 'shared' ? 'accepted' : 'none';
}
