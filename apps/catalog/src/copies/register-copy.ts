import { createHash } from 'node:crypto';
import { refusal, type RegisterCopy as RegisterCopyContract, type RequestOf, type ResponseOf } from '@imago/contracts';
import { isOwn, type RequestContext } from '@imago/identity';
import type { RequestCall } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v5 as uuidv5 } from 'uuid';
import { AdmitImage, type Registered, type WantedImage } from '../images/admit-image.ts';
import { ImageAccess } from '../images/image-access.ts';
import { MEMBERS_MAY_COPY } from '../images/image-attributes.ts';
import type { ImageRow } from '../images/image.row.ts';
import { ImagesRepository } from '../images/images.repository.ts';
import { diskImages } from '../images/machine-disks.ts';
import { CopySources } from './copy-sources.ts';

type Request = RequestOf<typeof RegisterCopyContract>;
type CopiedDisks = ResponseOf<typeof RegisterCopyContract>['data_disks'];

/** Accepts an image that becomes a copy of another one. */
@Injectable()
export class RegisterCopy {
  constructor(
    private readonly db: DataSource,
    private readonly sources: CopySources,
    private readonly admission: AdmitImage,
    private readonly images: ImagesRepository,
    private readonly access: ImageAccess,
  ) {}

  /** @throws Refusal as the contract of `catalog.registerCopy` names them; then nothing is registered. */
  async execute(request: Request, call: RequestCall): Promise<Registered> {
    const { context } = call;
    const { source, public_images } = request;
    this.access.requireRegistering(context, 'private', context.project_id);
    const identity = { id: request.image_id, owner: context.project_id, registration_hash: hashOf(request) };
    // Whatever became of the source since: the same request gets the same answer.
    const known = await this.admission.known(identity);
    if (known !== null) return known;
    const asking = { region: source.region, context };
    const image = await this.sources.require(this.db.manager, { image_id: source.image_id, public_images }, asking);
    requireNewName(image, request);
    const copy = { ...copyOf(image, request, context), ...identity };
    return this.admission.admit(copy, call, await this.#diskCopies(image, copy));
  }

  /** What the data disks of a registered copy are copies of. */
  async disksOf({ data_disks }: ImageRow): Promise<CopiedDisks> {
    const copied: CopiedDisks = [];
    for (const { image_id } of data_disks) {
      const copy = await this.images.find(this.db.manager, image_id);
      const source = await this.images.find(this.db.manager, copy?.copied_from?.image_id ?? '');
      if (source?.size == null) throw new Error(`image ${image_id} is a copy of nothing`);
      copied.push({ image_id, source_image_id: source.id, size: source.size });
    }
    return copied;
  }

  /** The images of the data disks of a copied machine; they know of their sources what the machine knows of its own. */
  async #diskCopies({ data_disks, region }: ImageRow, copy: WantedImage): Promise<readonly WantedImage[]> {
    const disks: WantedImage[] = [];
    for (const [at, disk] of diskImages(copy).entries()) {
      const source = await this.images.find(this.db.manager, data_disks[at]?.image_id ?? '');
      if (source === null) throw new Error(`image ${disk.id} would be a copy of nothing`);
      const origin = copy.origin == null ? null : source.origin;
      disks.push({ ...disk, copied_from: { image_id: source.id, region }, origin });
    }
    return disks;
  }
}

function requireNewName({ name, region }: ImageRow, request: Request): void {
  if (request.region !== region || request.name !== name) return;
  throw refusal('copy.same_name', `In ${region} the image itself has the name ${JSON.stringify(name)}.`);
}

/**
 * What the copy says of itself. It is private, nobody's to protect yet and has no members: those are decisions of its
 * owner, and so is whether members may copy it. Another project is told of the source no more than a member is.
 */
function copyOf(
  source: ImageRow,
  { image_id, region, job_id, name }: Request,
  context: RequestContext,
): Omit<WantedImage, 'id' | 'owner' | 'registration_hash'> {
  const properties = Object.fromEntries(
    Object.entries(source.properties).filter(([name]) => name !== MEMBERS_MAY_COPY),
  );
  const { description, image_type, architecture, os_distro, os_version, boot_mode, min_disk, min_ram } = source;
  const isOwnCopy = source.owner === context.project_id;
  const knowsAll = isOwnCopy || isOwn(source.owner, context);
  return {
    ...{ description, image_type, architecture, os_distro, os_version, boot_mode, min_disk, min_ram },
    ...{ tags: source.tags, disk_format: source.disk_format, container_format: source.container_format },
    ...{ region, name, job_id, properties, visibility: 'private', protected: false, os_hidden: false },
    enterprise_project_id: isOwnCopy ? source.enterprise_project_id : 'default',
    agreement: knowsAll ? source.agreement : null,
    source: knowsAll ? source.source : null,
    origin: knowsAll ? source.origin : null,
    copied_from: { image_id: source.id, region: source.region },
    data_disks: source.data_disks.map((disk) => {
      const copyId = uuidv5(disk.image_id, image_id); // the same whenever it is asked for
      return { ...disk, image_id: copyId, size: null, checksum: null };
    }),
  };
}

/** What the operator lets projects do is not part of what was asked for. */
function hashOf(request: Request): string {
  return createHash('sha256')
    .update(JSON.stringify({ ...request, public_images: false }))
    .digest('hex');
}
