import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_CACHE, providedOrTold, provideSwift, s3Administration, startSwift } from '@imago/infra';
import type { S3Address, SwiftPrograms } from '@imago/infra';

const BUCKET = 'test';
const FETCH_MS = 300_000;
const START_MS = 60_000;

/** A bucket on an S3 that is not ours. */
export type OtherS3 = S3Address & {
  readonly bucket: string;
  readonly close: () => Promise<void>;
};

/**
 * OpenStack Swift, to run a suite against an S3 of other makers as well: what starts it with an empty bucket, or null
 * where it cannot be had, which is told loudly: then skip the suite.
 */
export async function swiftOrTold(what: string): Promise<(() => Promise<OtherS3>) | null> {
  const cache = { directory: PACKAGE_CACHE, signal: AbortSignal.timeout(FETCH_MS), report: () => undefined };
  const programs = await providedOrTold(what, () => provideSwift(cache, tmpdir()));
  return programs && (() => swiftBucket(programs));
}

async function swiftBucket(programs: SwiftPrograms): Promise<OtherS3> {
  const directory = await mkdtemp(join(tmpdir(), 'imago-swift-'));
  const { address, stop } = await startSwift(programs, { directory, signal: AbortSignal.timeout(START_MS) });
  await s3Administration(address).createBucket(BUCKET);
  const close = async (): Promise<void> => {
    await stop();
    await rm(directory, { recursive: true });
  };
  return { ...address, bucket: BUCKET, close };
}
