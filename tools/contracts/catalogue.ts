import { join } from 'node:path';
import * as contracts from '@imago/contracts';
import {
  type EventDefinition,
  EVENTS,
  type RequestDefinition,
  type Service,
  SERVICES,
  SUBSCRIPTIONS,
} from '@imago/contracts';
import { z } from 'zod';
import { SourceNotes } from './source-notes.ts';

/** What the comments in the contracts say. */
export const notes = new SourceNotes(join(import.meta.dirname, '../../libs/contracts/src'));

/** An event with what is said of it. */
export interface DescribedEvent {
  readonly event: EventDefinition;
  /** The name of the constant that defines it. */
  readonly constant: string;
  readonly description: string;
  /** The services that handle it. */
  readonly listeners: readonly Service[];
}

export interface DescribedRequest {
  readonly request: RequestDefinition;
  readonly description: string;
}

/** Every event there is. */
export const events: readonly DescribedEvent[] = EVENTS.map((event) => {
  const constant = constantOf(event);
  const listeners = SERVICES.filter((service) => {
    const heard = SUBSCRIPTIONS[service];
    return heard === 'every' || heard.includes(event);
  });
  return { event, constant, description: notes.of(constant), listeners };
});

/** Every request there is. */
export const requests: readonly DescribedRequest[] = Object.entries(contracts).flatMap(([constant, value]) =>
  isRequest(value) ? [{ request: value, description: notes.of(constant) }] : [],
);

/** The shapes that events share, by the constant that defines them. */
export const shapes: ReadonlyMap<string, z.ZodType> = new Map(
  Object.entries<unknown>(contracts).flatMap(([name, value]) => (value instanceof z.ZodObject ? [[name, value]] : [])),
);

/** The JSON Schema of what a producer may send. Whatever is in `named` is referred to by its name there. */
export function jsonSchema(schema: z.ZodType, named: ReadonlyMap<string, z.ZodType> = new Map()): JsonSchema {
  const metadata = z.registry<{ id: string }>();
  for (const [id, shape] of named) metadata.add(shape, { id });
  return z.toJSONSchema(schema, { io: 'input', metadata }) as JsonSchema;
}

/** The parts of a JSON Schema that the pages read. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly $schema?: string;
  readonly id?: string;
  readonly type?: string | readonly string[];
  readonly const?: string | number | boolean;
  readonly enum?: readonly (string | number | boolean)[];
  readonly anyOf?: readonly JsonSchema[];
  readonly format?: string;
  readonly pattern?: string;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

function constantOf(event: EventDefinition): string {
  const found = Object.entries(contracts).find(([, value]) => value === event);
  if (found === undefined) throw new Error(`${event.routingKey} is not exported by the contracts`);
  return found[0];
}

function isRequest(value: unknown): value is RequestDefinition {
  return typeof value === 'object' && value !== null && 'pattern' in value && 'request' in value;
}
