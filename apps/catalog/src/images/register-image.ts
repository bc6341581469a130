import { createHash } from 'node:crypto';
import {
  DomainError,
  type PreviewRegistration,
  refusal,
  type RegisterImage as RegisterImageContract,
  type RequestOf,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import type { RequestCall } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { AdmitImage, type Preview, type Registered, type WantedImage } from './admit-image.ts';
import { ImageAccess } from './image-access.ts';
import { addProperty, type ImageDraft, propertyColumns, requireWithinLimits } from './image-draft.ts';

type Registration = RequestOf<typeof RegisterImageContract>;
/** An image as it is asked for, whether it is to be made or only talked of. */
type Wanted = RequestOf<typeof PreviewRegistration>;

/** Accepts an image that is made of a file or of a server. */
@Injectable()
export class RegisterImage {
  constructor(
    private readonly admission: AdmitImage,
    private readonly access: ImageAccess,
  ) {}

  /**
   * @throws Refusal auth.forbidden, region.not_found, image.exists, image.attribute_read_only, request.invalid,
   * image.properties_exceeded, image.tags_exceeded, image.metadata_too_large, quota.images_exceeded,
   * quota.reservation_expired; then nothing is registered.
   */
  async execute(request: Registration, call: RequestCall): Promise<Registered> {
    const { context } = call;
    this.access.requireRegistering(context, request.visibility, ownerOf(request, context));
    requireMachine(request);
    return this.admission.admit(newImage(request, fittingDraft(request, context)), call);
  }

  /**
   * What {@link execute} would refuse this for, all of it, and how the quota stands. Nothing is registered or reserved.
   * @throws Refusal auth.forbidden, region.not_found, and that the quota cannot be asked
   */
  async preview(request: Wanted, call: Pick<RequestCall, 'context' | 'deadline'>): Promise<Preview> {
    const { context } = call;
    this.access.requireRegistering(context, request.visibility, ownerOf(request, context)); // before anybody's figures are told
    const place = { owner: ownerOf(request, context), region: request.region, min_disk: request.facts.min_disk };
    const { figures, refusals } = await this.admission.preview(place, call);
    try {
      fittingDraft(request, context);
      return { figures, refusals };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return { figures, refusals: [error.toDocument(), ...refusals] };
    }
  }
}

/** What an image says of itself, when it may and keeps within the limits. */
function fittingDraft(request: Wanted, context: RequestContext): ImageDraft {
  requireReviewable(request);
  const draft = draftFrom(request, context);
  requireWithinLimits(draft, null);
  return draft;
}

/** Nothing is looked at before it is there, and nothing is everybody's before it was looked at (R2). */
function requireReviewable({ facts, visibility }: Wanted): void {
  const name = facts.name ?? 'without a name';
  if (visibility === 'public') throw refusal('image.review_missing', `The image ${name} has not been reviewed.`);
}

/** @throws Refusal request.invalid */
function requireMachine({ facts, data_disks, image_id }: Registration): void {
  const ids = new Set([image_id, ...data_disks.map((disk) => disk.image_id)]);
  const isMachine = facts.image_type === 'full_machine' && ids.size === data_disks.length + 1;
  if (data_disks.length === 0 || isMachine) return;
  throw refusal('request.invalid', 'Only a full-machine image has data disks, and each of them is another image.');
}

function ownerOf(request: Pick<Wanted, 'owner'>, context: RequestContext): string {
  return request.owner ?? context.project_id;
}

/** The properties that have a column count as what they are, whichever way they are said. */
function draftFrom(request: Wanted, context: RequestContext): ImageDraft {
  const { facts, properties, ...attributes } = request;
  const { name, min_disk, min_ram, description, architecture, os_distro, os_version, boot_mode } = facts;
  const said = { description, architecture, os_distro, os_version, hw_firmware_type: boot_mode };
  const known = Object.entries(said).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const draft: ImageDraft = {
    attributes: {
      ...{ name, min_disk, min_ram, owner: ownerOf(request, context), tags: [...new Set(facts.tags)] },
      visibility: attributes.visibility,
      protected: attributes.protected,
      os_hidden: attributes.os_hidden,
      disk_format: attributes.disk_format,
      container_format: attributes.container_format,
    },
    properties: Object.fromEntries(known),
  };
  return Object.entries(properties).reduce(
    (current, [property, value]) => addProperty(current, property, value),
    draft,
  );
}

function newImage(request: Registration, { attributes, properties }: ImageDraft): WantedImage {
  const { image_type, enterprise_project_id } = request.facts;
  return {
    ...attributes,
    ...propertyColumns(properties),
    id: request.image_id,
    region: request.region,
    image_type,
    enterprise_project_id,
    agreement: request.agreement,
    job_id: request.job_id,
    verify_boot: request.verify_boot ?? false,
    data_disks: request.data_disks.map((disk, at) => ({ ...disk, position: at + 1, size: null, checksum: null })),
    registration_hash: hashOf(request),
  };
}

/** The schema fixes the order of the fields; when it was agreed to is not part of what was asked for. */
function hashOf(request: Registration): string {
  return createHash('sha256')
    .update(JSON.stringify({ ...request, agreement: null }))
    .digest('hex');
}
