import type { ImagePlace } from '@imago/contracts';
import { type Cause, Outbox } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AccountUsageRepository } from '../limits/account-usage.repository.ts';
import { type Account, type LockedAccount, LimitsRepository } from '../limits/limits.repository.ts';
import { thresholdEvent } from '../limits/threshold.ts';
import { type PlaceEvent, placeStep, type PlaceTrigger } from './place-life.ts';
import { quotaEvent } from './quota-events.ts';
import { type Entry, type KnownReservation, ReservationsRepository } from './reservations.repository.ts';

/** What quota hears of images after their places were asked for: rows, figures and events of one transaction each. */
@Injectable()
export class Ledger {
  constructor(
    private readonly limits: LimitsRepository,
    private readonly reservations: ReservationsRepository,
    private readonly usage: AccountUsageRepository,
    private readonly outbox: Outbox,
  ) {}

  /** Catalog has the image. Its place counts from now on, also when its reservation had lapsed and no place is left. */
  async registered(tx: EntityManager, image: Entry, cause: Cause): Promise<void> {
    await this.reservations.lockImage(tx, image.image_id);
    const known = await this.reservations.find(tx, image.image_id);
    const holder = known === null || known.state === 'reserved' ? image : known;
    const accounts = await this.#lockBoth(tx, holder, known);
    // Whoever else reserved under this id lost the race at catalog and is refused there.
    if (accounts.old !== accounts.current) {
      await this.#apply(tx, { account: accounts.old, image, trigger: 'given_up', cause });
    }
    await this.#apply(tx, { account: accounts.current, image, trigger: 'registered', cause });
  }

  /** The image is another project's, or everybody's, or nobody else's any more. What is older than is known is not heard. */
  async updated(tx: EntityManager, image: ChangedImage, cause: Cause): Promise<void> {
    await this.reservations.lockImage(tx, image.image_id);
    const before = await this.reservations.find(tx, image.image_id);
    if (before?.state === 'ended' || (before !== null && before.image_version >= image.version)) return;
    const accounts = await this.#lockBoth(tx, image, before);
    // A reservation may have lapsed until its account was locked, and has told of that then.
    const known = await this.reservations.find(tx, image.image_id);
    const isElsewhere = known !== null && !sameAccount(known, image);
    if (isElsewhere) await this.#leave(tx, { account: accounts.old, image, known, cause });
    const trigger = image.is_public ? 'published' : 'owned';
    const applied = await this.#apply(tx, { account: accounts.current, image, trigger, cause });
    if (!applied) await this.reservations.noteVersion(tx, image.image_id, image.version);
  }

  /** Two accounts are always locked in the same order, whichever way an image goes between them. */
  async #lockBoth(
    tx: EntityManager,
    image: Account,
    known: Account | null,
  ): Promise<{ readonly current: LockedAccount; readonly old: LockedAccount }> {
    if (known === null || sameAccount(known, image)) {
      const only = await this.limits.lock(tx, image);
      return { current: only, old: only };
    }
    if (image.project_id < known.project_id) {
      const current = await this.limits.lock(tx, image);
      return { current, old: await this.limits.lock(tx, known) };
    }
    const old = await this.limits.lock(tx, known);
    return { current: await this.limits.lock(tx, image), old };
  }

  /** Whoever had the image has its place back. */
  async #leave(
    tx: EntityManager,
    { account, image, known, cause }: { account: LockedAccount; image: Entry; known: KnownReservation; cause: Cause },
  ): Promise<void> {
    await this.reservations.remove(tx, image.image_id);
    if (!takesPlace(known)) return;
    const used = await this.usage.images(tx, account);
    await this.outbox.add(tx, quotaEvent({ name: 'QuotaReleased', image_id: image.image_id, account, used }), cause);
  }

  /** The image is killed or deleted, and stays so. */
  async gone(tx: EntityManager, image: Entry, cause: Cause): Promise<void> {
    await this.reservations.lockImage(tx, image.image_id);
    const holder = (await this.reservations.find(tx, image.image_id)) ?? image;
    await this.#apply(tx, { account: await this.limits.lock(tx, holder), image, trigger: 'gone', cause });
  }

  /** Writes down where a live image stands, whatever the ledger said; what that changes is told. */
  async correct(tx: EntityManager, image: Entry & ImagePlace, cause: Cause): Promise<void> {
    await this.reservations.lockImage(tx, image.image_id);
    const before = await this.reservations.find(tx, image.image_id);
    const { current: account, old } = await this.#lockBoth(tx, image, before);
    const known = await this.reservations.find(tx, image.image_id);
    const isElsewhere = known !== null && !sameAccount(known, image);
    if (isElsewhere) await this.#leave(tx, { account: old, image, known, cause });
    const had = !isElsewhere && takesPlace(known);
    await this.reservations.settle(tx, image, { state: image.state, version: image.version });
    const has = image.state === 'confirmed';
    if (had !== has) await this.#tell(tx, has ? 'QuotaReserved' : 'QuotaReleased', { account, image, cause });
  }

  /** Frees the place of an image that is gone, or never was; it will never have one again. */
  async correctGone(tx: EntityManager, image: Omit<Entry, 'project_id'>, cause: Cause): Promise<void> {
    const known = await this.reservations.find(tx, image.image_id);
    if (known?.state === 'reserved' || known === null) return; // it runs out by itself
    await this.gone(tx, { ...image, project_id: known.project_id }, cause);
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
    else await this.reservations.settle(tx, entry, { state: step.to, version: image.version ?? 1 });
    if (step.event !== null) await this.#tell(tx, step.event, { account, image, cause });
    return true;
  }

  async #tell(
    tx: EntityManager,
    name: PlaceEvent,
    { account, image, cause }: Pick<Application, 'account' | 'image' | 'cause'>,
  ): Promise<void> {
    const used = await this.usage.images(tx, account);
    await this.outbox.add(tx, quotaEvent({ name, image_id: image.image_id, account, used }), cause);
    const before = used - 1;
    const crossing = { ...account, resource: 'images' as const, before, after: used };
    const event = name === 'QuotaReserved' ? thresholdEvent(crossing) : null;
    if (event !== null) await this.outbox.add(tx, event, cause);
  }
}

/** An image as catalog has it after a change. */
export interface ChangedImage extends Entry {
  readonly version: number;
  readonly is_public: boolean;
}

interface Application {
  readonly account: LockedAccount;
  readonly image: Entry & { readonly version?: number };
  readonly trigger: Exclude<PlaceTrigger, 'asked'>;
  readonly cause: Cause;
}

function stateOf(known: KnownReservation | null): KnownReservation['state'] | 'none' {
  return known?.state ?? 'none';
}

function takesPlace(known: KnownReservation | null): boolean {
  return known?.state === 'reserved' || known?.state === 'confirmed';
}

export function sameAccount(one: Account, other: Account): boolean {
  return one.project_id === other.project_id && one.region === other.region;
}
