import { refusal } from '@imago/contracts';
import type { NextFunction, Request, Response } from 'express';
import { z } from 'zod';

/** The body of a request that needs none: fields in it are as unknown as anywhere. */
export const noBody = z.strictObject({}).optional();

/** Paths whose bodies are JSON; what else there is under `/v2` has media types of its own. */
const JSON_PATHS = /^\/(v1|v3|identity\/v3)(\/|$)|^\/v2\/metadefs\/|^\/v2\/images\/?$|^\/v2\/images\/[^/]+\/import\/?$/;

/**
 * Express middleware: a body of another type would be passed over, and its sender told that fields are missing which
 * are there.
 */
export function jsonBodies(request: Request, _response: Response, next: NextFunction): void {
  const isEmpty = request.headers['content-length'] === '0'; // as clients send with a PUT that has no body
  const isOther = !isEmpty && request.is('application/json') === false; // null: there is no body
  if (isOther && JSON_PATHS.test(request.path)) throw refusal('request.media_type', 'The body is not JSON.');
  next();
}
