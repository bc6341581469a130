import { randomUUID } from 'node:crypto';
import {
  ImageDeletedV1,
  ImageFailedV1,
  ImageRegisteredV1,
  ReserveImage,
  type ResponseOf,
  ShowQuotas,
} from '@imago/contracts';
import { eventually } from '@imago/testing';
import { expect } from 'vitest';
import { deletedData, failedData, registeredData, type SomeImage } from './images.ts';
import { catalogFor, type QuotaUnderTest, REGIONS, tenant } from './quota-under-test.ts';

export function someImage(project_id: string = randomUUID(), region: string = REGIONS[0]): SomeImage {
  return { image_id: randomUUID(), project_id, region };
}

/** Places as catalog asks for them, and what it tells of their images. */
export class SomePlaces {
  constructor(private readonly quota: QuotaUnderTest) {}

  reserve(image: SomeImage, context = catalogFor(image.project_id)): Promise<ResponseOf<typeof ReserveImage>> {
    return this.quota.ask(ReserveImage, image, context);
  }

  async reserveAll(count: number, project: string): Promise<void> {
    for (let n = 0; n < count; n++) await this.reserve(someImage(project));
  }

  async used({ project_id, region }: Omit<SomeImage, 'image_id'>): Promise<number | undefined> {
    const { quotas } = await this.quota.ask(ShowQuotas, { project_id, region }, tenant(project_id));
    return quotas[0]?.used ?? undefined;
  }

  /** Publishes what happened to an image and answers the event's id. */
  publish(what: 'registered' | 'failed' | 'deleted', image: SomeImage): Promise<string> {
    if (what === 'registered') return this.quota.publish(ImageRegisteredV1, image.image_id, registeredData(image));
    return what === 'failed'
      ? this.quota.publish(ImageFailedV1, image.image_id, failedData(image))
      : this.quota.publish(ImageDeletedV1, image.image_id, deletedData(image));
  }

  /** Publishes it and returns when quota has applied it. */
  async tell(what: 'registered' | 'failed' | 'deleted', image: SomeImage): Promise<void> {
    await this.quota.applied(await this.publish(what, image));
  }

  /** The time a reservation may be used is over; the time its place is kept is, too, when it lapses. */
  async passTime(image: SomeImage, what: 'expires' | 'lapses'): Promise<void> {
    await this.quota.db.query(
      `UPDATE quota.reservations SET expires_at = now() - interval '1 second',
         sweep_at = CASE WHEN $2 THEN now() ELSE sweep_at END
       WHERE image_id = $1 AND state = 'reserved'`,
      [image.image_id, what === 'lapses'],
    );
  }

  /** Returns when quota has told exactly this of an image. */
  async told(image: SomeImage, ...types: readonly string[]): Promise<void> {
    await eventually(() => {
      expect(this.quota.recorder.typesAbout(image.image_id)).toEqual(types);
    });
  }
}
