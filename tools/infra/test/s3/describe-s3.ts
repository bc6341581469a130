import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe } from 'vitest';
import { describeAccess } from './describe-access.ts';
import { describeBuckets } from './describe-buckets.ts';
import { describeChecksums } from './describe-checksums.ts';
import { describeConditions } from './describe-conditions.ts';
import { describeListing } from './describe-listing.ts';
import { describeMultipart } from './describe-multipart.ts';
import { describeObjects } from './describe-objects.ts';
import { randomKey } from './s3-under-test.ts';
import type { S3UnderTest, Suite } from './s3-under-test.ts';

/** What Imago and its tenants' tools rely on, seen through the AWS SDK: for any server that says it is an S3. */
export function describeS3(name: string, open: () => Promise<S3UnderTest>): void {
  describe(name, () => {
    let suite: Suite | undefined;
    const inSuite = (): Suite => {
      if (suite === undefined) throw new Error('the server was not opened');
      return suite;
    };
    beforeAll(async () => {
      const server = await open();
      suite = { server, s3: server.client(server.owner), bucket: randomKey() };
      await suite.s3.send(new CreateBucketCommand({ Bucket: suite.bucket }));
    });
    afterAll(() => suite?.server.close());

    describeObjects(inSuite);
    describeConditions(inSuite);
    describeChecksums(inSuite);
    describeMultipart(inSuite);
    describeListing(inSuite);
    describeBuckets(inSuite);
    describeAccess(inSuite);
  });
}
