import { randomUUID } from 'node:crypto';
import { FaultyProxy, testEnvironment } from '@imago/testing';
import { expect, it } from 'vitest';
import { S3ObjectStore } from '../src/index.ts';
import { describeObjectStore } from './describe-object-store.ts';

describeObjectStore('the embedded S3', async () => {
  const { s3, close } = await testEnvironment({ s3: true });
  return { store: new S3ObjectStore(s3), bucket: s3.bucket, close };
});

it('links lead to the address that clients know, which need not be the one services use', async () => {
  const { s3, close } = await testEnvironment({ s3: true });
  const entrance = await FaultyProxy.to(s3.endpoint);
  try {
    const store = new S3ObjectStore({ ...s3, public_endpoint: entrance.endpoint, bucket: 'another' }).withBucket(
      s3.bucket,
    );
    const key = randomUUID();
    await store.put(key, Buffer.from('for you'));
    const url = await store.presignGet(key, { expires_in: 60, filename: 'disk.raw' });
    expect(new URL(url).origin).toBe(entrance.endpoint);
    expect(await (await fetch(url)).text()).toBe('for you');
  } finally {
    await entrance.close();
    await close();
  }
});
