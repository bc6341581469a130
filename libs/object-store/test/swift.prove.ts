import { swiftOrTold } from '@imago/testing';
import { describe } from 'vitest';
import { S3ObjectStore } from '../src/index.ts';
import { describeObjectStore } from './describe-object-store.ts';
import type { StoreUnderTest } from './describe-object-store.ts';
import { SWIFT_DIFFERENCES } from './swift-differences.ts';

// The object store port against an S3 that is not ours, or a loud word that there is none.
const start = await swiftOrTold('the object store port on OpenStack Swift');
describe.skipIf(start === null)('an S3 of other makers', () => {
  const open = async (): Promise<StoreUnderTest> => {
    const { close, ...s3 } = await (start as NonNullable<typeof start>)();
    return { store: new S3ObjectStore(s3), bucket: s3.bucket, close };
  };
  describeObjectStore('OpenStack Swift', open, { differences: SWIFT_DIFFERENCES });
});
