import type { z } from 'zod';
import type { Service } from './services.ts';

/** An event as a contract: a past-tense fact owned by one service, versioned in its name. */
export interface EventDefinition<
  S extends Service = Service,
  T extends string = string,
  V extends number = number,
  D extends z.ZodType = z.ZodType,
> {
  readonly service: S;
  readonly type: T;
  readonly version: V;
  /** `<service>.<EventName>.v<N>`; dashboards bind `#`, `*.ImageReady.*` or `import.#`. */
  readonly routingKey: `${S}.${T}.v${V}`;
  readonly data: D;
}

/** Defines an event once; types, validation, topology and documents all derive from it. */
export function defineEvent<S extends Service, T extends string, V extends number, D extends z.ZodType>(
  service: S,
  type: T,
  version: V,
  data: D,
): EventDefinition<S, T, V, D> {
  return { service, type, version, routingKey: `${service}.${type}.v${version}`, data };
}

/** The payload of an event as its consumers see it. */
export type DataOf<E extends EventDefinition> = z.output<E['data']>;

/** A question or an order to one service, with an answer. A command is idempotent by a key in its request. */
export interface RequestDefinition<
  S extends Service = Service,
  N extends string = string,
  Q extends z.ZodType = z.ZodType,
  A extends z.ZodType = z.ZodType,
> {
  readonly service: S;
  readonly name: N;
  readonly kind: 'command' | 'query';
  /** The message pattern on `<service>.requests`. */
  readonly pattern: `${S}.${N}`;
  readonly request: Q;
  readonly response: A;
}

interface RequestShape<Q extends z.ZodType, A extends z.ZodType> {
  readonly kind: 'command' | 'query';
  readonly request: Q;
  readonly response: A;
}

/** Defines a request once, for its one server and all its callers. */
export function defineRequest<S extends Service, N extends string, Q extends z.ZodType, A extends z.ZodType>(
  service: S,
  name: N,
  shape: RequestShape<Q, A>,
): RequestDefinition<S, N, Q, A> {
  return { service, name, pattern: `${service}.${name}`, ...shape };
}

export type RequestOf<R extends RequestDefinition> = z.output<R['request']>;
export type ResponseOf<R extends RequestDefinition> = z.output<R['response']>;
