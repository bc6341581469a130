import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { callerOf } from '../edge/authenticate.ts';
import { regionOf } from '../edge/region-prefix.ts';
import type { Within } from './namespace-items.ts';

/** Handler parameter: the namespace of the path, and who asks about it (a {@link Within}). */
export const InNamespace = createParamDecorator((_: unknown, host: ExecutionContext): Within => {
  const request = host.switchToHttp().getRequest<Request<{ namespace: string }>>();
  return {
    namespace: request.params.namespace,
    region: regionOf(request as Request).name,
    context: callerOf(request).context,
  };
});
