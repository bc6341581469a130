import type { IncomingMessage } from 'node:http';
import type { Regions } from '@imago/object-store';
import type { NextFunction, Request, Response } from 'express';

/** The region a request is for, and how its path named it: empty for the default region. */
export interface RequestedRegion {
  readonly name: string;
  readonly prefix: string;
}

const PREFIX = /^\/regions\/(?<name>[^/?]*)(?<rest>.*)$/s;

const requested = new WeakMap<IncomingMessage, RequestedRegion>();

/**
 * Express middleware: takes `/regions/<region>` off the path, so that every route exists once per region. An unknown
 * region is not found; without the prefix it is the default one.
 */
export function stripRegion(regions: Regions) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    const parts = PREFIX.exec(request.url)?.groups;
    if (parts === undefined) {
      requested.set(request, { name: regions.default.name, prefix: '' });
      next();
      return;
    }
    const { name } = regions.get(parts['name'] ?? '');
    requested.set(request, { name, prefix: `/regions/${name}` });
    const rest = parts['rest'] ?? '';
    request.url = rest.startsWith('/') ? rest : `/${rest}`;
    next();
  };
}

/** @throws Error when the request did not come through {@link stripRegion}. */
export function regionOf(request: IncomingMessage): RequestedRegion {
  const region = requested.get(request);
  if (region === undefined) throw new Error('The request has no region.');
  return region;
}
