import { applyDecorators, Catch, UseFilters, type RpcExceptionFilter } from '@nestjs/common';
import type { EventDefinition, EventEnvelope, RequestDefinition } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';
import type { EntityManager } from 'typeorm';
import type { Cause } from './cause.ts';

/** Tells Nest which handlers belong to the event strategy, and which to the request server. */
export const EVENT_TRANSPORT = Symbol('imago.events');
export const REQUEST_TRANSPORT = Symbol('imago.requests');
/** The pattern of a handler that gets every event. */
export const EVERY_EVENT = '#';

/** What an event handler works with beside the event. */
export interface EventContext {
  /** The transaction of the inbox row: effects written through it happen exactly once. */
  readonly tx: EntityManager;
  /** For the events this one leads to. */
  readonly cause: Cause;
  /** The message as it came: the event with what its contract, as this build knows it, leaves out. */
  readonly body: string;
  /** 0 on the first try; handlers need not care. */
  readonly attempt: number;
}

/** What a request handler works with beside the request. */
export interface RequestCall {
  /** Who asks; its signature has been verified. */
  readonly context: RequestContext;
  /** Nobody waits for the answer after this. */
  readonly deadline: Date;
  /** For the events this request leads to. */
  readonly cause: Cause;
}

/** Nest replaces what a handler throws by "Internal server error"; ours keeps its class, which decides what follows. */
@Catch()
class KeepError implements RpcExceptionFilter {
  catch(exception: unknown): Observable<never> {
    return throwError(() => exception);
  }
}

type EventMethod<D> = (event: EventEnvelope<D>, context: EventContext) => Promise<void>;

/**
 * Handles an event, in a transaction, effects once. What it throws decides: a refusal parks the message, anything else
 * is tried again. A refusal the world should know of is an event the handler adds, not an error.
 */
export function OnEvent<E extends EventDefinition>(event: E): TypedMethodDecorator<EventMethod<E['data']['_output']>> {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-arguments -- else the overload for typed maps is taken
  return applyDecorators(EventPattern<string>(event.routingKey, EVENT_TRANSPORT), UseFilters(KeepError));
}

/** Handles every event, also of types no contract of this build knows. */
export function OnEvery(): TypedMethodDecorator<EventMethod<unknown>> {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-arguments -- else the overload for typed maps is taken
  return applyDecorators(EventPattern<string>(EVERY_EVENT, EVENT_TRANSPORT), UseFilters(KeepError));
}

/** Answers a request. A {@link DomainError} it throws is the answer; anything else is answered as `internal`. */
export function OnRequest<R extends RequestDefinition>(
  definition: R,
): TypedMethodDecorator<(data: R['request']['_output'], call: RequestCall) => Promise<R['response']['_input']>> {
  return applyDecorators(MessagePattern(definition.pattern, REQUEST_TRANSPORT, { definition }), UseFilters(KeepError));
}

/** A decorator for methods of one shape; a handler of the wrong event or request does not compile. */
type TypedMethodDecorator<M> = <T extends M>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<T>,
) => void;
