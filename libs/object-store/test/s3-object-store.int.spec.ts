import { testEnvironment } from '@imago/testing';
import { S3ObjectStore } from '../src/index.ts';
import { describeObjectStore } from './describe-object-store.ts';

describeObjectStore('the embedded S3', async () => {
  const { s3, close } = await testEnvironment({ s3: true });
  return { store: new S3ObjectStore(s3), close };
});
