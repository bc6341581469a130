import type { IncomingMessage } from 'node:http';
import { S3Error } from './errors.ts';
import { header } from './exchange.ts';

const KEPT = ['content-type', 'cache-control', 'content-disposition', 'content-language', 'expires'];
/** What a GET may ask to be answered with instead, as `response-<name>`. */
export const OVERRIDABLE = [...KEPT, 'content-encoding'];
/** Asks that would change what is stored or who may read it: to pass over one would be to promise and not to do. */
const REFUSED = [
  /^x-amz-server-side-encryption/,
  /^x-amz-object-lock-/,
  /^x-amz-grant-/,
  /^x-amz-tagging$/,
  /^x-amz-website-redirect-location$/,
  /^x-amz-write-offset-bytes$/,
];
const PRIVATE_ACLS = ['private', 'bucket-owner-full-control'];
/** S3's limit for all user metadata of an object, names and values. */
const MAX_METADATA_BYTES = 2_048;

/** The headers of a write that the object answers with later. */
export function storedHeaders(request: IncomingMessage): Record<string, string> {
  const acl = header(request, 'x-amz-acl');
  if (acl !== undefined && !PRIVATE_ACLS.includes(acl)) throw new S3Error('NotImplemented', 'Objects are private.');
  const headers: Record<string, string> = {};
  let bytes = 0;
  for (const name of Object.keys(request.headers)) {
    if (REFUSED.some((refused) => refused.test(name))) throw new S3Error('NotImplemented', `${name} is not supported.`);
    const metadata = name.startsWith('x-amz-meta-');
    if (!metadata && !KEPT.includes(name)) continue;
    const value = header(request, name) ?? '';
    headers[name] = value;
    if (metadata) bytes += name.length - 'x-amz-meta-'.length + value.length;
  }
  if (bytes > MAX_METADATA_BYTES) throw new S3Error('MetadataTooLarge');
  const encoding = (header(request, 'content-encoding') ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && one !== 'aws-chunked'); // the transfer's encoding, not the object's
  if (encoding.length > 0) headers['content-encoding'] = encoding.join(', ');
  return headers;
}
