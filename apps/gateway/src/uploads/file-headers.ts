import { refusal } from '@imago/contracts';
import type { NextFunction, Request, Response } from 'express';
import { storesOf } from '../stores/image-stores.ts';

const FILE_PATH = /\/v2\/images\/[^/]+\/(file|stage)\/?$/;
const OCTETS = /^application\/octet-stream\s*(;|$)/i;
const BYTES = /^\d{1,15}$/;

/** Whether a request brings a file, which takes as long as it takes. */
export function bringsFile({ method, url = '' }: { readonly method?: string; readonly url?: string }): boolean {
  return method === 'PUT' && FILE_PATH.test(url.split('?')[0] ?? '');
}

/** Express middleware: a file of another type would be parsed before anybody sees it. */
export function fileBodies(request: Request, _response: Response, next: NextFunction): void {
  if (bringsFile(request) && !OCTETS.test(request.get('content-type') ?? '')) {
    throw refusal('upload.media_type', 'The file is not sent as application/octet-stream.');
  }
  next();
}

/**
 * Bytes the sender announces, by either header; null when it does not.
 * @throws Refusal request.invalid, upload.size_mismatch
 */
export function announcedSize(request: Request): number | null {
  const named = request.get('x-openstack-image-size');
  const length = request.get('content-length');
  if (named === undefined) return length === undefined ? null : Number(length);
  if (!BYTES.test(named)) {
    const errors = [{ path: 'x-openstack-image-size', message: 'must be a whole number of bytes' }];
    throw refusal('request.invalid', 'The size cannot be read.', { errors });
  }
  if (length !== undefined && Number(length) !== Number(named)) throw sizeMismatch(Number(named), Number(length));
  return Number(named);
}

/**
 * That the store a file is sent to, where its sender names one, is one of the region's.
 * @throws Refusal request.invalid
 */
export function requireNamedStore(request: Request, region: string): void {
  const store = request.get('x-image-meta-store');
  if (store === undefined || storesOf(region).includes(store)) return;
  const errors = [{ path: 'x-image-meta-store', message: `must be one of ${storesOf(region).join(', ')}` }];
  throw refusal('request.invalid', 'There is no such store.', { errors });
}

export function sizeMismatch(announced: number, found: number): Error {
  return refusal('upload.size_mismatch', `${announced} bytes were announced, and ${found} came.`, {
    announced: String(announced),
    found: String(found),
  });
}
