import { serverStatus } from '@imago/contracts';
import { z } from 'zod';
import { filledPageLimit } from '../edge/paging.ts';

/** What of a list of servers a caller wants to see. */
export const serversQuery = z.strictObject({
  limit: filledPageLimit,
  marker: z.uuid().nullable().default(null),
  name: z.string().max(255).nullable().default(null),
  status: serverStatus.nullable().default(null),
  image_id: z.uuid().nullable().default(null),
});

export type ServersQuery = z.output<typeof serversQuery>;

/** Bytes of a console that are shown, at most. */
const LONGEST_CONSOLE = 262_144;

/** How much of the end of a console a caller wants to see, in bytes. */
export const consoleQuery = z.strictObject({
  length: z
    .string()
    .regex(/^\d{1,9}$/, { message: 'must be a whole number' })
    .transform(Number)
    .refine((length) => length >= 1 && length <= LONGEST_CONSOLE, { message: `must be 1 to ${LONGEST_CONSOLE}` })
    .default(16_384),
});

export type ConsoleQuery = z.output<typeof consoleQuery>;
