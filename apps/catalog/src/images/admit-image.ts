import {
  PreviewReservation,
  type Refusal,
  refusal,
  type RefusalDocument,
  ReserveImage,
  type ResponseOf,
} from '@imago/contracts';
import { type RequestContext, serviceContext } from '@imago/identity';
import { type Cause, inTransaction, type RequestCall, RequestClient, type SendOptions } from '@imago/messaging';
import { Regions } from '@imago/object-store';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ImageTransitions } from './image-transitions.ts';
import type { ImageRow } from './image.row.ts';
import { type Account, ImagesRepository, type NewImage } from './images.repository.ts';
import { diskImages } from './machine-disks.ts';

/** An image that is to be: its record before it has a status. */
export type WantedImage = Omit<NewImage, 'status'>;

/** A place in the quota: until when it is kept, and of how many. */
interface Place {
  readonly expires_at: Date;
  readonly limit: number;
}

/** The largest system disk there is (R13): an OpenStack client may say any number. */
const LARGEST_DISK_GIB = 1024;

/** The image, and the event of its registration; none when it had been registered before. */
export interface Registered {
  readonly image: ImageRow;
  readonly event_ids: readonly string[];
}

/**
 * Lets a new image in, whatever it is made of: one decision in one place. Its place in the quota is reserved first, under
 * the image's id, so that whatever fails after that leaves at most a reservation that expires unconfirmed.
 */
@Injectable()
export class AdmitImage {
  constructor(
    private readonly db: DataSource,
    private readonly images: ImagesRepository,
    private readonly transitions: ImageTransitions,
    private readonly regions: Regions,
    private readonly requests: RequestClient,
  ) {}

  /**
   * The image of an earlier registration that was the same; null when the id is free.
   * @throws Refusal image.exists
   */
  async known(wanted: Pick<WantedImage, 'id' | 'owner' | 'registration_hash'>): Promise<Registered | null> {
    const found = await this.images.find(this.db.manager, wanted.id);
    return found === null ? null : sameAs(found, wanted);
  }

  /**
   * @throws Refusal region.not_found, image.exists, quota.images_exceeded, quota.reservation_expired; then nothing is
   * registered.
   */
  async admit(
    wanted: WantedImage,
    { context, cause, deadline }: RequestCall,
    disks = diskImages(wanted),
  ): Promise<Registered> {
    this.regions.get(wanted.region);
    const known = await this.known(wanted);
    if (known !== null) return known;
    // Looked at again under the lock; here it spares the quota a place nobody will use.
    await this.#refuseAbandoned(this.db.manager, wanted.id);
    const place = await this.#reserve(wanted, context, deadline);
    return inTransaction(this.db, (tx) => this.#insert(tx, { wanted, disks, place, cause }));
  }

  /**
   * What stands in the way of one more image at this moment, and the figures. Nothing is taken for it.
   * @throws Refusal region.not_found
   */
  async preview(
    wanted: Pick<WantedImage, 'owner' | 'region' | 'min_disk'>,
    { context, deadline }: Pick<RequestCall, 'context' | 'deadline'>,
  ): Promise<Preview> {
    this.regions.get(wanted.region);
    const options = askedFor(wanted, context, deadline);
    const { figures, refusals } = await this.requests.send(PreviewReservation, placeOf(wanted), options);
    const images = figures.find(({ resource }) => resource === 'images');
    const isFull = refusals.some(({ code }) => code === 'quota.images_exceeded');
    if (isFull || images === undefined) return { figures, refusals };
    const full = await this.#fullness(this.db.manager, images.limit, wanted);
    return { figures, refusals: full === null ? refusals : [...refusals, full.toDocument()] };
  }

  /** Nothing is registered for a caller that has given up. */
  async #reserve(wanted: WantedImage, context: RequestContext, deadline: Date): Promise<Place> {
    const place = { image_id: wanted.id, ...placeOf(wanted) };
    const options = askedFor(wanted, context, deadline);
    const { expires_at, figures } = await this.requests.send(ReserveImage, place, options);
    return { expires_at: new Date(expires_at), limit: figures.limit };
  }

  async #insert(tx: EntityManager, { wanted, disks, place, cause }: Admission): Promise<Registered> {
    await this.images.lockId(tx, wanted.id);
    const known = await this.images.find(tx, wanted.id);
    if (known !== null) return sameAs(known, wanted);
    await this.#refuseAbandoned(tx, wanted.id);
    await this.#requirePlace(tx, place, wanted);
    const { image, event_id } = await this.transitions.register(tx, wanted, disks, cause);
    return { image, event_ids: [event_id] };
  }

  /**
   * The ledger forgets a reservation whose registration it has not heard of for minutes. So the images themselves are
   * counted, one registration of a project after the other: they never exceed the limit, however late events are.
   */
  async #requirePlace(tx: EntityManager, place: Place, account: Account): Promise<void> {
    await this.images.lockAccount(tx, account);
    const full = await this.#fullness(tx, place.limit, account);
    if (place.expires_at.getTime() <= Date.now()) {
      throw refusal('quota.reservation_expired', 'The registration took longer than its place was kept.');
    }
    if (full !== null) throw full;
  }

  /** Why there is no place; null where there is. Who lowered a limit below what is there shall read how much that is. */
  async #fullness(tx: EntityManager, limit: number, account: Account): Promise<Refusal | null> {
    if ((await this.images.countPlaces(tx, account, limit)) < limit) return null;
    const used = await this.images.countPlaces(tx, account);
    const { owner: project_id, region } = account;
    return refusal(
      'quota.images_exceeded',
      `The project has ${used} of ${limit} images in ${region}: there is no place for another.`,
      { project_id, region, resource: 'images', limit, used },
    );
  }

  async #refuseAbandoned(tx: EntityManager, imageId: string): Promise<void> {
    if (await this.images.isAbandoned(tx, imageId)) {
      throw refusal('image.exists', `The registration of image ${imageId} was taken back.`);
    }
  }
}

/** What would be said of an image without admitting it. */
export interface Preview {
  readonly figures: ResponseOf<typeof PreviewReservation>['figures'];
  readonly refusals: readonly RefusalDocument[];
}

/** What takes a place, and how much room. */
type Placed = Pick<WantedImage, 'owner' | 'region' | 'min_disk' | 'data_disks'>;

/** The place an image needs; a machine's has room for all its disks. */
function placeOf({ owner: project_id, region, min_disk, data_disks = [] }: Placed): {
  readonly project_id: string;
  readonly region: string;
  readonly storage_gib: number;
} {
  const data = data_disks.reduce((sum, { size_gib }) => sum + size_gib, 0);
  return { project_id, region, storage_gib: Math.min(min_disk, LARGEST_DISK_GIB) + data };
}

function askedFor(
  { owner }: Pick<WantedImage, 'owner'>,
  { correlation_id }: RequestContext,
  deadline: Date,
): SendOptions {
  return {
    context: serviceContext('catalog', owner, correlation_id),
    timeout_ms: Math.max(1, deadline.getTime() - Date.now()),
  };
}

interface Admission {
  readonly wanted: WantedImage;
  /** Of a machine: the images of its data disks. */
  readonly disks: readonly WantedImage[];
  readonly place: Place;
  readonly cause: Cause;
}

/** A repeated registration gets the record as it is now; another one under a taken id is refused. */
function sameAs(known: ImageRow, wanted: Pick<WantedImage, 'id' | 'owner' | 'registration_hash'>): Registered {
  const same = known.owner === wanted.owner && known.registration_hash === wanted.registration_hash;
  if (same && known.status !== 'deleted') return { image: known, event_ids: [] };
  throw refusal('image.exists', `The image id ${wanted.id} is taken.`);
}
