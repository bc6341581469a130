import { type Cause, Outbox } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Account, type LockedAccount, LimitsRepository } from '../limits/limits.repository.ts';
import { placeStep, type PlaceTrigger } from './place-life.ts';
import { quotaEvent } from './quota-events.ts';
import { type Entry, type KnownReservation, ReservationsRepository } from './reservations.repository.ts';

/** What quota hears of images after their places were asked for: rows, figures and events of one transaction each. */
@Injectable()
export class Ledger {
  constructor(
    private readonly limits: LimitsRepository,
    private readonly reservations: ReservationsRepository,
    private readonly outbox: Outbox,
  ) {}

  /** Catalog has the image. Its place counts from now on, also when its reservation had lapsed and no place is left. */
  async registered(tx: EntityManager, image: Entry, cause: Cause): Promise<void> {
    await this.reservations.lockImage(tx, image.image_id);
    const known = await this.reservations.find(tx, image.image_id);
    // Whoever else reserved under this id lost the race at catalog and is refused there.
    if (known?.state === 'reserved' && !sameAccount(known, image)) {
      await this.#apply(tx, { account: await this.limits.lock(tx, known), image, trigger: 'given_up', cause });
    }
    await this.#apply(tx, { account: await this.limits.lock(tx, image), image, trigger: 'registered', cause });
  }

  /** The image is killed or deleted, and stays so. */
  async gone(tx: EntityManager, image: Entry, cause: Cause): Promise<void> {
    await this.reservations.lockImage(tx, image.image_id);
    const holder = (await this.reservations.find(tx, image.image_id)) ?? image;
    await this.#apply(tx, { account: await this.limits.lock(tx, holder), image, trigger: 'gone', cause });
  }

  /** Frees the place of a reservation nobody confirmed. False when it has been renewed, confirmed or freed meanwhile. */
  async lapse(tx: EntityManager, entry: Entry): Promise<boolean> {
    const account = await this.limits.lock(tx, entry);
    const known = await this.reservations.find(tx, entry.image_id);
    if (known?.lapsed !== true || !sameAccount(known, entry)) return false;
    const cause = { correlation_id: known.correlation_id };
    return this.#apply(tx, { account, image: entry, trigger: 'given_up', cause });
  }

  async #apply(tx: EntityManager, { account, image, trigger, cause }: Application): Promise<boolean> {
    const known = await this.reservations.find(tx, image.image_id);
    const step = placeStep(stateOf(known), trigger);
    if (step === null) return false;
    const entry = { ...image, project_id: account.project_id, region: account.region };
    if (step.to === 'none') await this.reservations.remove(tx, image.image_id);
    else if (step.to === 'reserved') throw new Error('places are taken where they are asked for');
    else await this.reservations.settle(tx, entry, step.to);
    if (step.event !== null) {
      const used = await this.reservations.used(tx, account);
      await this.outbox.add(tx, quotaEvent({ name: step.event, image_id: image.image_id, account, used }), cause);
    }
    return true;
  }
}

interface Application {
  readonly account: LockedAccount;
  readonly image: Entry;
  readonly trigger: Exclude<PlaceTrigger, 'asked'>;
  readonly cause: Cause;
}

function stateOf(known: KnownReservation | null): KnownReservation['state'] | 'none' {
  return known?.state ?? 'none';
}

export function sameAccount(one: Account, other: Account): boolean {
  return one.project_id === other.project_id && one.region === other.region;
}
