import type { components } from '../gateway/openapi.ts';

/** Something that happened, as the log has it. */
export type LoggedEvent = components['schemas']['EventPage']['events'][number];
