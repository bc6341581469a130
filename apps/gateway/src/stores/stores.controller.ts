import { GetImage, refusal } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Controller, Delete, Get, Param } from '@nestjs/common';
import { idInPath } from '../edge/path-ids.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { requireStore, storesOf } from './image-stores.ts';

/** Where images are kept, in the words of the OpenStack Image API. */
@Controller('v2')
export class StoresController {
  constructor(private readonly requests: RequestClient) {}

  @Get('info/stores')
  list(@Region() region: string): object {
    return { stores: storesOf(region).map((id) => ({ id, description: `Images of ${id}`, default: 'true' })) };
  }

  @Get('info/stores/detail')
  detail(@Region() region: string, @Context() context: RequestContext): object {
    requireAllowed('store.detail', context, 'operator');
    const stores = storesOf(region).map((id) => ({ id, description: `Images of ${id}`, default: 'true' }));
    return { stores: stores.map((store) => ({ ...store, type: 's3', weight: 0, properties: {} })) };
  }

  /**
   * Taking an image out of one of its stores. It always is the last one, which is refused: the image can be deleted.
   * @throws Refusal image.not_found, store.unknown, image.wrong_state, store.last
   */
  @Delete('stores/:store/:image_id')
  async remove(
    @Param('store') store: string,
    @Param('image_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<never> {
    const image_id = idInPath(id, 'image.not_found');
    const { image } = await this.requests.send(GetImage, { image_id, region }, { context });
    requireStore(store, region);
    if (image.status !== 'active') throw refusal('image.wrong_state', `Image ${image.id} is ${image.status}.`);
    throw refusal('store.last', `Image ${image.id} is in no other store.`);
  }
}
