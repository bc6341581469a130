import { z } from 'zod';

/** A document as requests are answered with, under its name in the OpenAPI document. */
export interface Answer {
  readonly schema: z.ZodType;
  /** Ids of the operations that succeed with it. */
  readonly of: readonly string[];
}

export type Answers = Readonly<Record<string, Answer>>;

/** Of every page; see `pageLinks`. */
export const links = { first: z.string(), next: z.string().optional() };

/** Said when what was changed is not to be read everywhere yet; see `OwnWrites`. */
export const projection = { projection: z.literal('pending').optional() };
