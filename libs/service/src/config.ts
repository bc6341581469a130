import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** What every service reads from its environment. Spread it into the service's own schema. */
export const serviceEnvironment = {
  HOST: z.string().min(1).default('127.0.0.1'),
  /** 0 takes a free port. */
  PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  /** Where `{"port", "pid"}` is written once the service listens and is ready. */
  READY_FILE: z.string().optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Where traces are sent, as OTLP over HTTP, without the path `/v1/traces`. None are made when left out. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  /** The share of traces that is recorded, decided where a trace enters and followed by every service behind. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
};

export type ServiceConfig = Readonly<z.output<z.ZodObject<typeof serviceEnvironment>>>;

/** The environment is not valid. Its message names every fault and no value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the configuration once, validates it whole and freezes it. `NAME_FILE` gives the content of a file as `NAME`,
 * which is how secrets are mounted; an empty variable counts as absent.
 * @throws ConfigError
 */
export function loadConfig<S extends z.ZodObject>(schema: S, env: NodeJS.ProcessEnv): Readonly<z.output<S>> {
  const values: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = env[name] || fromFile(env[`${name}_FILE`]);
    if (value !== undefined) values[name] = value;
  }
  const result = schema.safeParse(values);
  if (!result.success) throw new ConfigError(`The environment is not valid.\n${z.prettifyError(result.error)}`);
  return Object.freeze(result.data);
}

function fromFile(path: string | undefined): string | undefined {
  if (!path) return undefined;
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new ConfigError(`The file ${path} cannot be read.`, { cause });
  }
}
