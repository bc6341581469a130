import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Lets browser pages of any origin use presigned URLs. There are no cookies to abuse: every request carries its own
 * signature, so the origin adds nothing. Returns true when the request was a preflight and has been answered.
 */
export function handleCors(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.headers.origin === undefined) return false;
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-expose-headers', '*, etag, content-range, accept-ranges, x-amz-request-id');
  if (request.method !== 'OPTIONS') return false;
  response.writeHead(200, {
    'access-control-allow-methods': 'GET, HEAD, PUT, POST, DELETE',
    'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*',
    'access-control-max-age': '3600',
    'content-length': '0',
  });
  response.end();
  return true;
}
