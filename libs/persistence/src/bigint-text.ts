import type { ValueTransformer } from 'typeorm';

function read(value: string | null): bigint | null {
  return value === null ? null : BigInt(value);
}

function write(value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

/**
 * A `bigint` column as a BigInt. Postgres sends int8 as text because numbers lose precision above 2^53, and sums of
 * image sizes pass that. Null stays null.
 */
export const bigintText: ValueTransformer = { from: read, to: write };
