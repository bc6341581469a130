import { refusal, type RequestOf, type ReserveImage as ReserveImageContract, type ResponseOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { type Cause, inTransaction, Outbox } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type LockedAccount, LimitsRepository } from '../limits/limits.repository.ts';
import { sameAccount } from './ledger.ts';
import { quotaEvent } from './quota-events.ts';
import { ReservationSweeper } from './reservation-sweeper.ts';
import { type KnownReservation, ReservationsRepository } from './reservations.repository.ts';

type Request = RequestOf<typeof ReserveImageContract>;
type Reserved = ResponseOf<typeof ReserveImageContract>;

/** Takes the place of one image, or refuses. Asked again for the same image, it answers that one's place again. */
@Injectable()
export class ReserveImage {
  constructor(
    private readonly db: DataSource,
    private readonly limits: LimitsRepository,
    private readonly reservations: ReservationsRepository,
    private readonly sweeper: ReservationSweeper,
    private readonly outbox: Outbox,
  ) {}

  /** @throws Refusal auth.forbidden, image.exists, quota.images_exceeded with the figures; then nothing is taken. */
  async execute(request: Request, context: RequestContext, cause: Cause): Promise<Reserved> {
    if (!context.roles.includes('service') || context.project_id !== request.project_id) {
      throw refusal('auth.forbidden', 'Places are reserved by services, for the project they act for.');
    }
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
    const entry = { ...request, correlation_id: cause.correlation_id };
    const { expires_at, used } = await this.reservations.take(tx, account, entry);
    const name = expires_at === null ? 'QuotaRefused' : 'QuotaReserved';
    await this.outbox.add(tx, quotaEvent({ name, image_id, account, used }), cause);
    return expires_at === null ? exceeded(account, used) : reserved(account, used, expires_at);
  }

  async #again(tx: EntityManager, known: KnownReservation, account: LockedAccount): Promise<Reserved> {
    if (known.state === 'ended' || !sameAccount(known, account)) {
      throw refusal('image.exists', `The image id ${known.image_id} is taken.`);
    }
    const renewing = known.state === 'reserved' && known.expired;
    const expiresAt = renewing ? await this.reservations.renew(tx, known.image_id) : known.expires_at;
    return reserved(account, await this.reservations.used(tx, account), expiresAt);
  }
}

function reserved(account: LockedAccount, used: number, expiresAt: Date): Reserved {
  return { expires_at: expiresAt.toISOString(), figures: figuresOf(account, used) };
}

function exceeded(account: LockedAccount, used: number): Error {
  const { limit, region } = account;
  return refusal(
    'quota.images_exceeded',
    `The project has ${used} of ${limit} images in ${region}: there is no place for another.`,
    figuresOf(account, used),
  );
}

function figuresOf({ project_id, region, limit }: LockedAccount, used: number): Reserved['figures'] {
  return { project_id, region, resource: 'images', limit, used };
}
