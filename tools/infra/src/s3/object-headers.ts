import type { IncomingMessage } from 'node:http';
import { S3Error } from './errors.ts';
import { header } from './exchange.ts';

const KEPT = ['content-type', 'cache-control', 'content-disposition', 'content-language', 'expires'];
/** S3's limit for all user metadata of an object, names and values. */
const MAX_METADATA_BYTES = 2_048;

/** The headers of a write that the object answers with later. */
export function storedHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  let bytes = 0;
  for (const name of Object.keys(request.headers)) {
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
