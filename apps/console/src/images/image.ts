import type { components } from '../gateway/openapi.ts';

/** An image as the gateway shows it. */
export type Image = components['schemas']['Image'];

/** The lists of the guide: everybody's, one's own, and what others share. */
export const IMAGE_TABS = ['public', 'private', 'shared'] as const;
export type ImageTab = (typeof IMAGE_TABS)[number];
