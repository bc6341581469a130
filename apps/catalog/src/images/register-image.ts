import { createHash } from 'node:crypto';
import { refusal, type RegisterImage as RegisterImageContract, type RequestOf, ReserveImage } from '@imago/contracts';
import { type RequestContext, serviceContext } from '@imago/identity';
import { type Cause, inTransaction, type RequestCall, RequestClient } from '@imago/messaging';
import { Regions } from '@imago/object-store';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { requireRegistering } from './image-access.ts';
import { addProperty, type ImageDraft, propertyColumns, requireWithinLimits } from './image-draft.ts';
import { ImageTransitions } from './image-transitions.ts';
import type { ImageRow } from './image.row.ts';
import { type Account, ImagesRepository } from './images.repository.ts';

/** A place in the quota: until when it is kept, and of how many. */
interface Place {
  readonly expires_at: Date;
  readonly limit: number;
}

/** The largest system disk there is (R13): an OpenStack client may say any number. */
const LARGEST_DISK_GIB = 1024;

type Registration = RequestOf<typeof RegisterImageContract>;

/** The image, and the event of its registration; none when it had been registered before. */
export interface Registered {
  readonly image: ImageRow;
  readonly event_ids: readonly string[];
}

/**
 * Accepts an image: one decision in one place. Its place in the quota is reserved first, under the image's id, so that
 * whatever fails after that leaves at most a reservation that expires unconfirmed.
 */
@Injectable()
export class RegisterImage {
  constructor(
    private readonly db: DataSource,
    private readonly images: ImagesRepository,
    private readonly transitions: ImageTransitions,
    private readonly regions: Regions,
    private readonly requests: RequestClient,
  ) {}

  /**
   * @throws Refusal auth.forbidden, region.not_found, image.exists, image.attribute_read_only, request.invalid,
   * image.properties_exceeded, image.tags_exceeded, image.metadata_too_large, quota.images_exceeded,
   * quota.reservation_expired; then nothing is registered.
   */
  async execute(request: Registration, { context, cause, deadline }: RequestCall): Promise<Registered> {
    requireRegistering(context, request.visibility, ownerOf(request, context));
    requireReviewable(request);
    requireWithinLimits(draftFrom(request, context), null);
    this.regions.get(request.region);
    const known = await this.images.find(this.db.manager, request.image_id);
    if (known !== null) return sameAs(known, request, context);
    // Looked at again under the lock; here it spares the quota a place nobody will use.
    await this.#refuseAbandoned(this.db.manager, request.image_id);
    const place = await this.#reserve(request, context, deadline);
    return inTransaction(this.db, (tx) => this.#insert(tx, { request, context, place, cause }));
  }

  /** Nothing is registered for a caller that has given up. */
  async #reserve(request: Registration, context: RequestContext, deadline: Date): Promise<Place> {
    const { image_id, region } = request;
    const project_id = ownerOf(request, context);
    const { expires_at, figures } = await this.requests.send(
      ReserveImage,
      { image_id, project_id, region, storage_gib: Math.min(request.facts.min_disk, LARGEST_DISK_GIB) },
      {
        context: serviceContext('catalog', project_id, context.correlation_id),
        timeout_ms: Math.max(1, deadline.getTime() - Date.now()),
      },
    );
    return { expires_at: new Date(expires_at), limit: figures.limit };
  }

  async #insert(tx: EntityManager, input: Admission): Promise<Registered> {
    const { request, context, place, cause } = input;
    await this.images.lockId(tx, request.image_id);
    const known = await this.images.find(tx, request.image_id);
    if (known !== null) return sameAs(known, request, context);
    await this.#refuseAbandoned(tx, request.image_id);
    await this.#requirePlace(tx, place, { owner: ownerOf(request, context), region: request.region });
    const { image, event_id } = await this.transitions.register(tx, newImage(request, context), cause);
    return { image, event_ids: [event_id] };
  }

  /**
   * The ledger forgets a reservation whose registration it has not heard of for minutes. So the images themselves are
   * counted, one registration of a project after the other: they never exceed the limit, however late events are.
   */
  async #requirePlace(tx: EntityManager, place: Place, account: Account): Promise<void> {
    await this.images.lockAccount(tx, account);
    const used = await this.images.countPlaces(tx, account, place.limit);
    if (place.expires_at.getTime() <= Date.now()) {
      throw refusal('quota.reservation_expired', 'The registration took longer than its place was kept.');
    }
    if (used < place.limit) return;
    await this.#refuseFull(tx, place, account);
  }

  /** Who lowered a limit below what is there shall read how much that is. */
  async #refuseFull(tx: EntityManager, place: Place, account: Account): Promise<never> {
    const used = await this.images.countPlaces(tx, account);
    const { owner: project_id, region } = account;
    throw refusal(
      'quota.images_exceeded',
      `The project has ${used} of ${place.limit} images in ${region}: there is no place for another.`,
      { project_id, region, resource: 'images', limit: place.limit, used },
    );
  }

  async #refuseAbandoned(tx: EntityManager, imageId: string): Promise<void> {
    if (await this.images.isAbandoned(tx, imageId)) {
      throw refusal('image.exists', `The registration of image ${imageId} was taken back.`);
    }
  }
}

interface Admission {
  readonly request: Registration;
  readonly context: RequestContext;
  readonly place: Place;
  readonly cause: Cause;
}

/** Nothing is looked at before it is there, and nothing is everybody's before it was looked at (R2). */
function requireReviewable({ image_id, visibility }: Registration): void {
  if (visibility === 'public') throw refusal('image.review_missing', `Image ${image_id} has not been reviewed.`);
}

function ownerOf(request: Registration, context: RequestContext): string {
  return request.owner ?? context.project_id;
}

/** The properties that have a column count as what they are, whichever way they are said. */
function draftFrom(request: Registration, context: RequestContext): ImageDraft {
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

function newImage(request: Registration, context: RequestContext): Parameters<ImageTransitions['register']>[1] {
  const { attributes, properties } = draftFrom(request, context);
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
    registration_hash: hashOf(request),
  };
}

/** A repeated registration gets the record as it is now; another one under a taken id is refused. */
function sameAs(known: ImageRow, request: Registration, context: RequestContext): Registered {
  const same = known.owner === ownerOf(request, context) && known.registration_hash === hashOf(request);
  if (same && known.status !== 'deleted') return { image: known, event_ids: [] };
  throw refusal('image.exists', `The image id ${request.image_id} is taken.`);
}

/** The schema fixes the order of the fields; when it was agreed to is not part of what was asked for. */
function hashOf(request: Registration): string {
  return createHash('sha256')
    .update(JSON.stringify({ ...request, agreement: null }))
    .digest('hex');
}
