import type { NextFunction, Request, Response } from 'express';

/**
 * Express middleware. A browser must not take a tenant's bytes for a page. A cache must not show one tenant's answer to
 * another: caches know that `Authorization` makes an answer private, of `X-Auth-Token` they know nothing.
 */
export function guardAnswers(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Cache-Control', 'private, no-cache');
  response.vary('X-Auth-Token').vary('Authorization');
  next();
}
