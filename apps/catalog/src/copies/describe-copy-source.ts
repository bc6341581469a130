import type {
  CopiedObject,
  DescribeCopySource as DescribeCopySourceContract,
  RequestOf,
  ResponseOf,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { refusal } from '@imago/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { requireService } from '../images/image-access.ts';
import type { ImageRow } from '../images/image.row.ts';
import { ImagesRepository } from '../images/images.repository.ts';
import { layerObject } from '../objects/held-object.ts';
import { ObjectLines } from '../objects/object-lines.ts';
import type { ObjectRow } from '../objects/object.row.ts';
import { CopySources } from './copy-sources.ts';

type Request = RequestOf<typeof DescribeCopySourceContract>;

/** Tells a copy under way what it is made of, as long as its project may copy it. */
@Injectable()
export class DescribeCopySource {
  constructor(
    private readonly db: DataSource,
    private readonly sources: CopySources,
    private readonly lines: ObjectLines,
    private readonly images: ImagesRepository,
  ) {}

  /** @throws Refusal as the contract of `catalog.describeCopySource` names them. */
  async execute(
    { image_id, region, public_images, by_operator, disk_image_id }: Request,
    context: RequestContext,
  ): Promise<ResponseOf<typeof DescribeCopySourceContract>> {
    requireService(context);
    const tx = this.db.manager;
    // The service asks in the name of whoever asked for the copy.
    const roles: RequestContext['roles'] = [by_operator ? 'admin' : 'member'];
    const asking = { region, context: { ...context, roles } };
    const source = await this.sources.require(tx, { image_id, public_images }, asking);
    const image = disk_image_id === null ? source : await this.#diskOf(tx, source, disk_image_id);
    const line = await this.lines.ofImage(tx, image.id);
    // Deleted between the two reads: as if it had been before.
    if (line.length === 0) throw refusal('image.not_found', `There is no image ${image.id}.`);
    return { object: copiedObject(line, image) };
  }

  /** Whoever may copy a machine may copy its disks, and only with it. @throws Refusal image.not_found */
  async #diskOf(tx: EntityManager, { id }: ImageRow, diskImageId: string): Promise<ImageRow> {
    const disk = await this.images.find(tx, diskImageId);
    if (disk?.machine_image_id === id) return disk;
    throw refusal('image.not_found', `Image ${id} has no data disk ${diskImageId}.`);
  }
}

function copiedObject([object, ...under]: readonly ObjectRow[], image: ImageRow): CopiedObject {
  if (object?.size == null || object.virtual_size == null || object.disk_format === null) {
    throw new Error(`image ${image.id} is active and has no bytes`);
  }
  const { size, virtual_size, allocated_bytes, disk_format, index_hash } = object;
  return {
    ...layerObject(object),
    ...{ disk_format, container_format: image.container_format, virtual_size, index_hash },
    file_size: size,
    allocated_bytes: allocated_bytes ?? virtual_size,
    checksum: image.checksum,
    os_hash_value: image.os_hash_value,
    layers: under.map(layerObject),
  };
}
