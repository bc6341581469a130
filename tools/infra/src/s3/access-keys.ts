import { z } from 'zod';
import { provenDocument } from './documents.ts';
import { S3Error } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { sendEmpty } from './exchange.ts';

/** Not a valid bucket name, so it can hide none. */
export const ADMIN_PREFIX = '_imago';

const KeyDocument = z.strictObject({
  secret_key: z.string().min(8),
  buckets: z.union([z.literal('*'), z.array(z.string())]),
});

/**
 * The administrator's own calls, signed like any other request:
 *
 *     PUT    /_imago/keys/<access_key>   {"secret_key": "...", "buckets": ["a"] | "*"}   adds or replaces a key
 *     DELETE /_imago/keys/<access_key>
 */
export async function administerKeys(exchange: Exchange): Promise<void> {
  const { store, auth, request, response, key: path } = exchange;
  if (auth.key.buckets !== '*') throw new S3Error('AccessDenied');
  const access_key = /^keys\/([A-Za-z0-9_.-]{3,128})$/.exec(path)?.[1];
  if (access_key === undefined) throw new S3Error('InvalidArgument', 'Expecting /_imago/keys/<access_key>.');
  if (request.method === 'PUT') {
    const parsed = KeyDocument.safeParse(parseJson(await provenDocument(exchange)));
    if (!parsed.success) throw new S3Error('InvalidArgument', 'Expecting {"secret_key", "buckets"}.');
    await store.commit({ op: 'set_key', key: { access_key, ...parsed.data } });
  } else if (request.method === 'DELETE') {
    await store.commit({ op: 'remove_key', access_key });
  } else {
    throw new S3Error('MethodNotAllowed');
  }
  sendEmpty(response, 204);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
