import { randomUUID } from 'node:crypto';
import type { QuotaReservedV1 } from '@imago/contracts';
import { type DataOf, DomainError, type EventEnvelope, ReserveImage as Contract } from '@imago/contracts';
import { inTransaction, Outbox } from '@imago/messaging';
import { runMigrations, serviceDataSource } from '@imago/persistence';
import { databaseUrl, provision } from '@imago/persistence/testing';
import { testEnvironment } from '@imago/testing';
import { Logger } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { QUOTA_MIGRATIONS } from '../src/migrations/quota-migrations.ts';
import { type Account, LimitsRepository } from '../src/limits/limits.repository.ts';
import { AccountUsageRepository } from '../src/limits/account-usage.repository.ts';
import { Ledger } from '../src/reservations/ledger.ts';
import { ReservationSweeper } from '../src/reservations/reservation-sweeper.ts';
import { ReservationsRepository } from '../src/reservations/reservations.repository.ts';
import { ReserveImage } from '../src/reservations/reserve-image.ts';
import type { SomeImage } from './images.ts';
import { catalogFor } from './quota-under-test.ts';

/** A limit small enough to be reached all the time. */
export const LIMIT = 2;

export type QuotaEvent = EventEnvelope<DataOf<typeof QuotaReservedV1>>;

/** The ledger on a database of its own, without a broker: its events stay in the outbox, where the test reads them. */
export class LedgerUnderTest {
  readonly #limits: LimitsRepository;
  readonly #usage: AccountUsageRepository;
  readonly #ledger: Ledger;
  readonly #sweeper: ReservationSweeper;
  readonly #reserveImage: ReserveImage;

  private constructor(
    private readonly db: DataSource,
    readonly close: () => Promise<void>,
  ) {
    const outbox = new Outbox('quota');
    const reservations = new ReservationsRepository({ QUOTA_RESERVATION_SECONDS: 3600, QUOTA_LATE_SECONDS: 3600 });
    this.#limits = new LimitsRepository({
      QUOTA_DEFAULT_IMAGES: LIMIT,
      QUOTA_DEFAULT_MEMBERS_PER_IMAGE: 10,
      QUOTA_DEFAULT_STORAGE_GIB: 1000,
    });
    this.#usage = new AccountUsageRepository();
    this.#ledger = new Ledger(this.#limits, reservations, this.#usage, outbox);
    this.#sweeper = new ReservationSweeper(db, this.#ledger, reservations, { QUOTA_SWEEP_SECONDS: 3600 });
    this.#reserveImage = new ReserveImage(db, this.#limits, reservations, this.#usage, this.#sweeper, outbox);
  }

  static async open(): Promise<LedgerUnderTest> {
    Logger.overrideLogger(['error', 'fatal']); // that reservations lapse is what the tests are about
    const env = await testEnvironment({ postgres: true, provision });
    await runMigrations({
      service: 'quota',
      url: databaseUrl(env.postgres, 'quota', 'migrate'),
      migrations: QUOTA_MIGRATIONS,
    });
    const db = await serviceDataSource({
      service: 'quota',
      url: databaseUrl(env.postgres, 'quota', 'run'),
    }).initialize();
    return new LedgerUnderTest(db, async () => {
      await db.destroy();
      await env.close();
    });
  }

  /** The refusal's code when it is refused. */
  async reserve(image: SomeImage): Promise<'reserved' | DomainError['code']> {
    try {
      await this.#reserveImage.execute(Contract.request.parse(image), catalogFor(image.project_id), cause());
      return 'reserved';
    } catch (error) {
      if (error instanceof DomainError) return error.code;
      throw error;
    }
  }

  registered(image: SomeImage): Promise<void> {
    return this.#heard((tx) => this.#ledger.registered(tx, { ...image, ...cause() }, cause()));
  }

  gone(image: SomeImage): Promise<void> {
    return this.#heard((tx) => this.#ledger.gone(tx, { ...image, ...cause() }, cause()));
  }

  /** So much time passes that every open reservation of these images is over. */
  async timePasses(images: readonly string[]): Promise<void> {
    await this.db.query(
      `UPDATE quota.reservations SET expires_at = now(), sweep_at = now()
       WHERE image_id = ANY($1::uuid[]) AND state = 'reserved'`,
      [images],
    );
  }

  async sweep(): Promise<void> {
    await this.#sweeper.sweep();
  }

  async figures(account: Account): Promise<Account & { readonly limit: number; readonly used: number }> {
    const tx = this.db.manager;
    const limit = await this.#limits.limitOf(tx, account, 'images');
    return { ...account, limit, used: await this.#usage.images(tx, account) };
  }

  /** The image is of this version now: of this project, or everybody's. */
  updated(image: SomeImage, { version, is_public }: { version: number; is_public: boolean }): Promise<void> {
    return this.#heard((tx) => this.#ledger.updated(tx, { ...image, ...cause(), version, is_public }, cause()));
  }

  /** What was told of these images, in the order of the commits. */
  async events(images: readonly string[]): Promise<readonly QuotaEvent[]> {
    const rows: { envelope: string }[] = await this.db.query(
      'SELECT envelope FROM quota.outbox WHERE partition_key = ANY($1) ORDER BY seq',
      [images],
    );
    return rows.map(({ envelope }) => JSON.parse(envelope) as QuotaEvent);
  }

  #heard(work: (tx: EntityManager) => Promise<void>): Promise<void> {
    return inTransaction(this.db, work);
  }
}

function cause(): { correlation_id: string } {
  return { correlation_id: randomUUID() };
}
