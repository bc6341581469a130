import {
  type GetImage,
  type ListImages,
  type LocateImageFile,
  refusal,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { type RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { layerObject } from '../objects/held-object.ts';
import { ObjectLines } from '../objects/object-lines.ts';
import { fitting } from './fitting-page.ts';
import { ImageAccess, requireListing } from './image-access.ts';
import { toRecord } from './image-record.ts';
import { ImagesRepository } from './images.repository.ts';

/** An answer must stay under a mebibyte; a page that would not is shorter, and its marker leads on. */
const PAGE_BYTES = 900 * 1024;

/** What callers may know of images: one, a page of them, where the bytes of one are. */
@Injectable()
export class FindImages {
  constructor(
    private readonly db: DataSource,
    private readonly images: ImagesRepository,
    private readonly access: ImageAccess,
    private readonly lines: ObjectLines,
  ) {}

  /** @throws Refusal image.not_found */
  async get(request: RequestOf<typeof GetImage>, context: RequestContext): Promise<ResponseOf<typeof GetImage>> {
    const found = await this.images.find(this.db.manager, request.image_id);
    const asking = { region: request.region, context };
    return { image: toRecord(await this.access.require(this.db.manager, 'image.get', found, asking)) };
  }

  /** @throws Refusal image.marker_not_found */
  async list(request: RequestOf<typeof ListImages>, context: RequestContext): Promise<ResponseOf<typeof ListImages>> {
    const viewer = requireListing(context);
    const { marker_found, rows, more } = await this.images.page(this.db.manager, { ...request, viewer });
    if (!marker_found)
      throw refusal('image.marker_not_found', `There is no image ${request.marker ?? ''} to start after.`);
    const records = rows.map(toRecord);
    const images = records.slice(0, fitting(records, PAGE_BYTES));
    const complete = images.length === records.length && !more;
    return { images, next_marker: complete ? null : (images.at(-1)?.id ?? null) };
  }

  /** @throws Refusal image.not_found, image.deactivated */
  async locateFile(
    request: RequestOf<typeof LocateImageFile>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof LocateImageFile>> {
    const found = await this.images.find(this.db.manager, request.image_id);
    const image = await this.access.require(this.db.manager, 'image.download', found, {
      region: request.region,
      context,
    });
    if (image.status === 'deactivated' && !context.roles.includes('admin')) {
      throw refusal('image.deactivated', `Image ${image.id} is deactivated.`);
    }
    if (image.status !== 'active' && image.status !== 'deactivated') return { file: null };
    const line = await this.lines.ofImage(this.db.manager, image.id);
    const [object] = line;
    // Deleted between the two reads: as if it had been before.
    if (object?.size == null) throw refusal('image.not_found', `There is no image ${image.id}.`);
    const { key, size, checksum, index_hash } = object;
    return { file: { key, size, checksum, index_hash, layers: line.length > 1 ? line.map(layerObject) : [] } };
  }
}
