import { type DataDiskWish, GetImage, HoldImage, Refusal } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { HeldImage } from './image-rules.ts';

/** Holders one request may name. */
const MOST_HOLDERS = 1000;

/** Which disks are made from an image. */
export interface Holding {
  readonly image_id: string;
  readonly disk_ids: readonly string[];
}

/** Asks catalog to keep the bytes of images, as the caller and no more than the caller may. */
@Injectable()
export class HoldImages {
  constructor(private readonly requests: RequestClient) {}

  /**
   * The data disks a full-machine image brings. Of an image that is not to be seen there are none: an order of before is
   * answered all the same, and what is wrong with a new one its holding says.
   */
  async disksBrought(
    { image_id, region }: { readonly image_id: string; readonly region: string },
    context: RequestContext,
  ): Promise<readonly DataDiskWish[]> {
    try {
      const { image } = await this.requests.send(GetImage, { image_id, region }, { context });
      return image.data_disks.map((disk) => ({ image_id: disk.image_id, size_gib: disk.size_gib }));
    } catch (error) {
      if (error instanceof Refusal && error.code === 'image.not_found') return [];
      throw error;
    }
  }

  /**
   * Holds every image for its disks, each disk under its own id. Idempotent.
   * @throws Refusal of catalog.holdImage; what was held before it stays held.
   */
  async hold(
    holdings: readonly Holding[],
    region: string,
    context: RequestContext,
  ): Promise<ReadonlyMap<string, HeldImage>> {
    const held = new Map<string, HeldImage>();
    for (const { image_id, disk_ids } of holdings) {
      for (let from = 0; from < disk_ids.length; from += MOST_HOLDERS) {
        const some = disk_ids.slice(from, from + MOST_HOLDERS);
        held.set(image_id, await this.requests.send(HoldImage, { region, image_id, disk_ids: some }, { context }));
      }
    }
    return held;
  }
}
