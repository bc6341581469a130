import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Service, SERVICES } from '@imago/contracts';
import { z } from 'zod';
import { ROOT } from '../places.ts';

/** A setting of a service as its schema and the comment above it say. */
export interface Setting {
  readonly name: string;
  readonly meaning: string;
  /** Undefined: there is none. */
  readonly fallback: string | undefined;
  readonly required: boolean;
  readonly values: string;
}

/** Where settings that several services read are defined together. */
const SHARED_SHAPES = [
  'libs/service/src/config.ts',
  'libs/reconciliation/src/reconciliation-settings.ts',
  'apps/gateway/src/identity/identity-settings.ts',
];

/** What several services read, and what it is. */
const SHARED: Readonly<Record<string, string>> = {
  HOST: 'The address it listens on.',
  LOG_LEVEL: 'The least grave log lines that are written.',
  AMQP_URL: 'The broker, with the virtual host.',
  DATABASE_URL: 'The database, with the role the service runs as.',
  IMAGO_CONTEXT_KEY:
    'Signs who asks on requests between services; the same for all of them. At least 32 bytes in hexadecimal digits.',
  IMAGO_REGIONS_FILE: 'The regions and their object stores; the same for all services.',
};

/** The schema a built service reads its environment with. */
export async function settingsSchema(service: Service): Promise<z.ZodObject> {
  const module = (await import(join(ROOT, 'apps', service, 'dist/config.js'))) as Readonly<Record<string, unknown>>;
  const schema = module[`${service}Config`];
  if (!(schema instanceof z.ZodObject)) throw new Error(`apps/${service}/src/config.ts has no ${service}Config.`);
  return schema;
}

/** Every service's settings, in the order of their schema. */
export async function allSettings(): Promise<ReadonlyMap<Service, readonly Setting[]>> {
  const entries = SERVICES.map(async (service) => [service, await settingsOf(service)] as const);
  return new Map(await Promise.all(entries));
}

async function settingsOf(service: Service): Promise<readonly Setting[]> {
  const schema = await settingsSchema(service);
  const notes = new Map([...SHARED_SHAPES, `apps/${service}/src/config.ts`].flatMap(comments));
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, property]) => {
    const meaning = notes.get(name) ?? SHARED[name];
    if (meaning === undefined) throw new Error(`Say in apps/${service}/src/config.ts what ${name} is.`);
    if (typeof property === 'boolean') throw new Error(`${name} takes anything.`);
    const fallback = property.default === undefined ? undefined : JSON.stringify(property.default).replaceAll('"', '');
    return { name, meaning, fallback, required: required.includes(name), values: valuesOf(schema, name) };
  });
}

/** Numbers are read from text, so the limits stand where the text has become one. */
function valuesOf(schema: z.ZodObject, name: string): string {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' });
  const property = properties[name];
  if (property === undefined || typeof property === 'boolean') return '';
  if (property.enum !== undefined) return property.enum.map(String).join(', ');
  if (property.minimum !== undefined && property.maximum !== undefined)
    return `${property.minimum} to ${property.maximum}`;
  return property.format === 'uri' ? 'URL' : '';
}

/** `/** text *\/` above `NAME:`. */
function comments(file: string): readonly (readonly [name: string, text: string])[] {
  const source = readFileSync(join(ROOT, file), 'utf8');
  return [...source.matchAll(/\/\*\*\s((?:(?!\*\/).)*?)\s*\*\/\s+([A-Z][A-Z0-9_]*):/gs)].map(
    ([, text = '', name = '']) => [name, text.replaceAll(/\s*\n\s*\*?\s*/g, ' ').trim()] as const,
  );
}
