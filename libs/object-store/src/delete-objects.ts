import { DeleteObjectCommand, DeleteObjectsCommand } from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';

/** As many as one request may name. */
const MOST_AT_ONCE = 1_000;
/** Characters the XML of that request cannot carry unharmed. */
const NOT_IN_XML = /[\u0000-\u001f\ufffe\uffff]|\p{Surrogate}/u;

/** Deletes any number of keys; those that are not there count as deleted. */
export async function deleteObjects(bucket: Bucket, keys: readonly string[], signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const names = [...new Set(keys)];
  const plain = names.filter((key) => !NOT_IN_XML.test(key));
  for (let at = 0; at < plain.length; at += MOST_AT_ONCE) {
    await deleteBatch(bucket, plain.slice(at, at + MOST_AT_ONCE), signal);
  }
  for (const key of names.filter((each) => NOT_IN_XML.test(each))) {
    const command = new DeleteObjectCommand({ Bucket: bucket.name, Key: key });
    await bucket.ask(key, signal, (options) => bucket.client.send(command, options));
  }
}

async function deleteBatch(bucket: Bucket, keys: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  let left = keys;
  await bucket.ask('delete', signal, async (options) => {
    const Objects = left.map((Key) => ({ Key }));
    const { Errors = [] } = await bucket.client.send(
      new DeleteObjectsCommand({ Bucket: bucket.name, Delete: { Objects, Quiet: true } }),
      options,
    );
    const refused = Errors.filter(({ Code }) => Code !== 'NoSuchKey');
    left = refused.flatMap(({ Key }) => Key ?? []);
    const [first] = refused;
    if (first === undefined) return;
    // One reply carries an outcome per key; this gives the first the shape of an error of its own.
    const { Code = 'InternalError', Key = '', Message = '' } = first;
    const $metadata = { httpStatusCode: Code === 'AccessDenied' ? 403 : 400 };
    throw Object.assign(new Error(`${Key}: ${Message}`), { name: Code, $metadata });
  });
}
