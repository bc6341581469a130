import type { components } from '../gateway/openapi.ts';

/** What an operator saw in an image, and said to it. */
export type Review = components['schemas']['ImageReviews']['reviews'][number];
