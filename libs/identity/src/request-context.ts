import { randomUUID } from 'node:crypto';
import { refusal } from '@imago/contracts';
import { z } from 'zod';
import { role } from './roles.ts';
import { openText, signText } from './signed-text.ts';

const requestContext = z.object({
  user_id: z.string().min(1).max(128),
  user_name: z.string().max(255),
  project_id: z.string().min(1).max(64),
  roles: z.array(role).max(16),
  request_id: z.string().min(1).max(128),
  correlation_id: z.string().min(1).max(128),
});

/** Who asks, for which project and with which roles: what a service knows of the caller, signed by the gateway. */
export type RequestContext = z.output<typeof requestContext>;

const signedContext = z.object({ context: requestContext, expires_at: z.int() });

/**
 * Signs a context for requests between services. `key` is hexadecimal, at least 32 bytes, the same in every service.
 * @throws ZodError when the context is not well-formed.
 */
export function signContext(context: RequestContext, key: string, ttlSeconds: number): string {
  const expiresAt = Date.now() + ttlSeconds * 1000;
  return signText({ context: requestContext.parse(context), expires_at: expiresAt }, 'imago.context.v1', key);
}

/**
 * The context of a request that really comes from one of our services.
 * @throws Refusal context.invalid when it is forged, expired or unreadable; which one is not told.
 */
export function verifyContext(text: string, key: string): RequestContext {
  const signed = signedContext.safeParse(openText(text, 'imago.context.v1', key));
  if (!signed.success || signed.data.expires_at <= Date.now()) {
    throw refusal('context.invalid', 'The request carries no valid context.');
  }
  return signed.data.context;
}

/** The context of a service that asks on its own account for a project, for example a worker that finishes a job. */
export function serviceContext(service: string, projectId: string, correlationId: string): RequestContext {
  return {
    user_id: `imago-${service}`,
    user_name: service,
    project_id: projectId,
    roles: ['service'],
    request_id: `req-${randomUUID()}`,
    correlation_id: correlationId,
  };
}

/** The context of a service that asks on its own account for no project, or for those of many at once. */
export function ownContext(service: string): RequestContext {
  return serviceContext(service, 'services', randomUUID());
}
