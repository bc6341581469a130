import { refusal, type RequestImport, type RequestOf } from '@imago/contracts';
import { Regions } from '@imago/object-store';
import { Injectable } from '@nestjs/common';
import { BucketAssignments } from '../../buckets/bucket-assignments.repository.ts';
import type { PinnedSource } from './tenant-source.ts';
import { sourceFailure } from './source-failure.ts';

type Address = Pick<RequestOf<typeof RequestImport>, 'source' | 'region'>;

/** The files tenants may import. */
@Injectable()
export class TenantFiles {
  constructor(
    private readonly buckets: BucketAssignments,
    private readonly regions: Regions,
  ) {}

  /** @throws Refusal import.bucket_not_found, the same for a bucket that is not there and for one of another project. */
  async requireBucket({ source, region }: Address, projectId: string): Promise<void> {
    if (await this.buckets.has({ project_id: projectId, region, bucket: source.bucket })) return;
    throw refusal('import.bucket_not_found', `Your project has no bucket ${source.bucket} in ${region}.`, {
      bucket: source.bucket,
      region,
    });
  }

  /**
   * The file as it is at this moment; from here on it is this one that is imported, or none.
   * @throws Refusal as {@link sourceFailure} names them.
   */
  async pin({ source, region }: Address): Promise<PinnedSource> {
    try {
      const { etag, size } = await this.regions.get(region).bucketStore(source.bucket).head(source.object);
      return { etag, size };
    } catch (error) {
      throw sourceFailure(error, source);
    }
  }
}
