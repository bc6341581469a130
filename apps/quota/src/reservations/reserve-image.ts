import {
  QuotaRefusedV1,
  type Refusal,
  refusal,
  type RequestOf,
  type ReserveImage as ReserveImageContract,
  type ResponseOf,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { type Cause, inTransaction, Outbox } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AccountUsageRepository } from '../limits/account-usage.repository.ts';
import { type Account, type LockedAccount, LimitsRepository } from '../limits/limits.repository.ts';
import { thresholdEvent } from '../limits/threshold.ts';
import { sameAccount } from './ledger.ts';
import { quotaEvent } from './quota-events.ts';
import { ReservationSweeper } from './reservation-sweeper.ts';
import { type KnownReservation, ReservationsRepository } from './reservations.repository.ts';
import { imagesRefusal, type Room, storageRefusal } from './room.ts';

type Request = RequestOf<typeof ReserveImageContract>;
type Reserved = ResponseOf<typeof ReserveImageContract>;

/** Takes the place of one image, or refuses. Asked again for the same image, it answers that one's place again. */
@Injectable()
export class ReserveImage {
  constructor(
    private readonly db: DataSource,
    private readonly limits: LimitsRepository,
    private readonly reservations: ReservationsRepository,
    private readonly usage: AccountUsageRepository,
    private readonly sweeper: ReservationSweeper,
    private readonly outbox: Outbox,
  ) {}

  /**
   * @throws Refusal auth.forbidden, image.exists, quota.images_exceeded and quota.storage_exceeded with the figures; then
   * nothing is taken.
   */
  async execute(request: Request, context: RequestContext, cause: Cause): Promise<Reserved> {
    requireActingFor(request.project_id, context);
    // What is due to be free is free, however long ago the sweeper looked.
    await this.sweeper.sweep(request);
    const outcome = await inTransaction(this.db, (tx) => this.#reserve(tx, request, cause));
    if (outcome instanceof Error) throw outcome;
    return outcome;
  }

  /** Answers a refusal instead of throwing it, where the event that tells of it is to stay. */
  async #reserve(tx: EntityManager, request: Request, cause: Cause): Promise<Reserved | Error> {
    const { image_id } = request;
    await this.reservations.lockImage(tx, image_id);
    const account = await this.limits.lock(tx, request);
    const known = await this.reservations.find(tx, image_id);
    if (known !== null) return this.#again(tx, known, account);
    const storage = await this.#storage(tx, request);
    const refused = storageRefusal(request, storage, request.storage_gib);
    if (refused !== null) return this.#refuseStorage(tx, request, { storage, cause, refused });
    const entry = { ...request, correlation_id: cause.correlation_id };
    const { expires_at, used } = await this.reservations.take(tx, account, entry);
    const name = expires_at === null ? 'QuotaRefused' : 'QuotaReserved';
    await this.outbox.add(tx, quotaEvent({ name, image_id, account, used }), cause);
    if (expires_at !== null) await this.#tellThresholds(tx, request, { account, used, storage, cause });
    if (expires_at !== null) return reserved(account, used, expires_at);
    const full = imagesRefusal(account, { limit: account.limit, used });
    if (full === null) throw new Error(`no place was taken of ${used} in ${account.limit}`);
    return full;
  }

  async #again(tx: EntityManager, known: KnownReservation, account: LockedAccount): Promise<Reserved> {
    if (known.state === 'ended' || !sameAccount(known, account)) {
      throw refusal('image.exists', `The image id ${known.image_id} is taken.`);
    }
    const renewing = known.state === 'reserved' && known.expired;
    const expiresAt = renewing ? await this.reservations.renew(tx, known.image_id) : known.expires_at;
    return reserved(account, await this.usage.images(tx, account), expiresAt);
  }

  /** Locked where something is asked for: what is stored meanwhile would cross the threshold unseen, or twice. */
  async #storage(
    tx: EntityManager,
    { storage_gib, ...account }: Account & Pick<Request, 'storage_gib'>,
  ): Promise<Room> {
    const limit =
      storage_gib === 0
        ? await this.limits.limitOf(tx, account, 'storage_gib')
        : (await this.limits.lock(tx, account, 'storage_gib')).limit;
    return { limit, used: await this.usage.storageGib(tx, account) };
  }

  async #refuseStorage(
    tx: EntityManager,
    { image_id, project_id, region }: Request,
    { storage, cause, refused }: { readonly storage: Room; readonly cause: Cause; readonly refused: Refusal },
  ): Promise<Error> {
    const figures = { project_id, region, resource: 'storage_gib' as const, ...storage };
    const event = { event: QuotaRefusedV1, subject: image_id, data: { ...figures, image_id }, project_id, region };
    await this.outbox.add(tx, event, cause);
    return refused;
  }

  async #tellThresholds(
    tx: EntityManager,
    { storage_gib }: Request,
    { account, used, storage, cause }: Taken,
  ): Promise<void> {
    const crossings = [
      thresholdEvent({ ...account, resource: 'images', before: used - 1, after: used }),
      thresholdEvent({
        ...{ ...account, ...storage, resource: 'storage_gib' as const },
        ...{ before: storage.used, after: storage.used + storage_gib },
      }),
    ];
    for (const event of crossings) if (event !== null) await this.outbox.add(tx, event, cause);
  }
}

interface Taken {
  readonly account: LockedAccount;
  readonly used: number;
  /** GiB. */
  readonly storage: Room;
  readonly cause: Cause;
}

/**
 * What is asked about places is asked by services, for the project they act for.
 * @throws Refusal auth.forbidden
 */
export function requireActingFor(projectId: string, context: RequestContext): void {
  if (context.roles.includes('service') && context.project_id === projectId) return;
  throw refusal('auth.forbidden', 'Places are reserved by services, for the project they act for.');
}

function reserved(account: LockedAccount, used: number, expiresAt: Date): Reserved {
  return { expires_at: expiresAt.toISOString(), figures: figuresOf(account, used) };
}

function figuresOf({ project_id, region, limit }: LockedAccount, used: number): Reserved['figures'] {
  return { project_id, region, resource: 'images', limit, used };
}
