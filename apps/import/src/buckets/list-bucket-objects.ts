import {
  type ListBucketObjects as Contract,
  objectKey,
  refusal,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { type ListedObject, ObjectStoreError, Regions } from '@imago/object-store';
import { Injectable } from '@nestjs/common';
import { BucketAssignments } from './bucket-assignments.repository.ts';

type Request = RequestOf<typeof Contract>;

/** Milliseconds the store has for a page: whoever asks waits for it. */
const PATIENCE = 4_000;

/** Lets a project see what it could import from its buckets. */
@Injectable()
export class ListBucketObjects {
  constructor(
    private readonly buckets: BucketAssignments,
    private readonly regions: Regions,
  ) {}

  /** @throws Refusal auth.forbidden, import.bucket_not_found, import.source_unreadable */
  async execute(request: Request, { project_id, roles }: RequestContext): Promise<ResponseOf<typeof Contract>> {
    requireAllowed('bucket.browse', { roles }, 'owner');
    const { region, bucket } = request;
    if (!(await this.buckets.has({ project_id, region, bucket })))
      throw refusal('import.bucket_not_found', `Your project has no bucket ${bucket} in ${region}.`, {
        bucket,
        region,
      });
    const { found, more } = await this.#page(request);
    const objects = found.map(({ key, size, last_modified }) => ({
      object: key,
      size: String(size),
      last_modified: last_modified.toISOString(),
    }));
    return { objects, next_marker: more ? (objects.at(-1)?.object ?? null) : null };
  }

  /** Until there is something that could be imported: a page of keys that cannot be said leads nowhere. */
  async #page(request: Request): Promise<{ readonly found: readonly ListedObject[]; readonly more: boolean }> {
    const { region, bucket, prefix, marker, limit } = request;
    const store = this.regions.get(region).bucketStore(bucket);
    const signal = AbortSignal.timeout(PATIENCE);
    try {
      for (let after = marker ?? ''; ;) {
        const { objects, more } = await store.listPage(prefix ?? '', { limit, after }, signal);
        const found = objects.filter(({ key }) => objectKey.safeParse(key).success);
        const last = objects.at(-1);
        if (found.length > 0 || !more || last === undefined) return { found, more };
        after = last.key;
      }
    } catch (error) {
      const isTooLate = signal.aborted && error === signal.reason;
      if (!isTooLate && !(error instanceof ObjectStoreError)) throw error;
      throw refusal('import.source_unreadable', `The bucket ${bucket} cannot be listed.`, { bucket });
    }
  }
}
