import type { IncomingMessage } from 'node:http';
import { refusal } from '@imago/contracts';
import type { IdentityProvider, RequestContext, VerifiedToken } from '@imago/identity';
import { exchangeOf } from '@imago/service';
import type { NextFunction, Request, Response } from 'express';

/** Somebody whose token was good. */
export interface Caller {
  readonly token: VerifiedToken;
  /** What the other services are told of them. */
  readonly context: RequestContext;
}

/** All that is served to nobody in particular; every other path needs a token, also one that does not exist. */
const OPEN = new Set([
  'GET /',
  'GET /versions',
  'GET /v2',
  'GET /v3',
  'POST /v3/auth/tokens',
  'GET /identity',
  'GET /identity/v3',
  'POST /identity/v3/auth/tokens',
  'GET /v1/openapi.json',
  'GET /health/live',
  'GET /health/ready',
  'GET /metrics',
]);

/** Served to whoever has a link. */
const LINKS = /^GET \/v1\/downloads\/[^/]+$/;

const callers = new WeakMap<IncomingMessage, Caller>();

/** Express middleware: lets in who brings a good token as `X-Auth-Token` or `Authorization: Bearer`. */
export function authenticate(identity: IdentityProvider) {
  return async (request: Request, _response: Response, next: NextFunction): Promise<void> => {
    if (!isOpen(request.method, request.path)) {
      const token = tokenOf(request);
      if (token === undefined) throw refusal('auth.required', 'This needs a token.');
      const caller = callerWith(await identity.verify(token), request);
      callers.set(request, caller);
      exchangeOf(request).caller = { user_id: caller.context.user_id, project_id: caller.context.project_id };
    }
    next();
  };
}

/** @throws Error when the path of the request is open to everybody. */
export function callerOf(request: IncomingMessage): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw new Error('The request has no caller.');
  return caller;
}

/** Whether a path is served to nobody in particular. */
export function isOpen(method: string, path: string): boolean {
  const asked = method === 'HEAD' ? 'GET' : method;
  const opened = `${asked} ${path.length > 1 ? path.replace(/\/$/, '') : path}`;
  return OPEN.has(opened) || LINKS.test(opened);
}

function tokenOf(request: Request): string | undefined {
  const token = request.get('x-auth-token');
  if (token !== undefined && token !== '') return token;
  return /^Bearer +(?<token>\S+)$/i.exec(request.get('authorization') ?? '')?.groups?.['token'];
}

function callerWith(token: VerifiedToken, request: Request): Caller {
  const { request_id, correlation_id } = exchangeOf(request);
  const context: RequestContext = {
    user_id: token.user.id,
    user_name: token.user.name,
    project_id: token.project.id,
    roles: [...token.roles],
    request_id,
    correlation_id,
  };
  return { token, context };
}
