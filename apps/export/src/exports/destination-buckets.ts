import { FindBucket, type RequestExport, type RequestOf, refusal } from '@imago/contracts';
import { type RequestContext, serviceContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Regions } from '@imago/object-store';
import { Injectable } from '@nestjs/common';
import { failuresOfBucket, objectExists } from './bucket-failure.ts';
import { Destinations, etagOf, uploadsTo } from './destinations.ts';

type Wish = Pick<RequestOf<typeof RequestExport>, 'region' | 'destination' | 'overwrite'>;

/** Milliseconds a look into the bucket may take. */
const BUCKET_TIMEOUT = 5_000;

/** The buckets of tenants, as they are when an export is asked for. */
@Injectable()
export class DestinationBuckets {
  constructor(
    private readonly requests: RequestClient,
    private readonly regions: Regions,
    private readonly destinations: Destinations,
  ) {}

  /**
   * That the bucket is the caller's and can be written to, and that no object is in the way.
   * @throws Refusal export.bucket_not_found, export.object_exists, or what is wrong with the bucket
   */
  async requireWritable({ region, destination, overwrite }: Wish, context: RequestContext): Promise<void> {
    await this.#requireAssigned(region, destination.bucket, context);
    await failuresOfBucket(destination, async () => {
      const store = this.destinations.storeOf({ region, ...destination });
      const signal = AbortSignal.timeout(BUCKET_TIMEOUT);
      await uploadsTo(store, destination.object, signal); // a bucket that is gone looks to `head` like one without the object
      if (!overwrite && (await etagOf(store, destination.object, signal)) !== null) throw objectExists(destination);
    });
  }

  /** The same answer for a bucket that is not there, for another project's, and for one of Imago's own. */
  async #requireAssigned(
    region: string,
    bucket: string,
    { project_id, correlation_id }: RequestContext,
  ): Promise<void> {
    const isOurs = this.regions.all.some((each) => each.bucket === bucket);
    const { assigned } = await this.requests.send(
      FindBucket,
      { project_id, region, bucket },
      { context: serviceContext('export', project_id, correlation_id) },
    );
    if (assigned && !isOurs) return;
    throw refusal('export.bucket_not_found', `Your project has no bucket ${bucket} in ${region}.`, { bucket, region });
  }
}
