import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { callerOf } from './authenticate.ts';
import { regionOf } from './region-prefix.ts';

/** Handler parameter: on whose behalf the other services are asked (a `RequestContext`). */
export const Context = createParamDecorator((_: unknown, host: ExecutionContext) => callerOf(requestOf(host)).context);

/** Handler parameter: the name of the region the request is for. */
export const Region = createParamDecorator((_: unknown, host: ExecutionContext) => regionOf(requestOf(host)).name);

function requestOf(host: ExecutionContext): Request {
  return host.switchToHttp().getRequest<Request>();
}
