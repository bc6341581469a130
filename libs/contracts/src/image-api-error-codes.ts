import type { ErrorEntry } from './error-codes.ts';

/** Of what only the OpenStack Image API has words for: stores and definitions. */
export const IMAGE_API_ERRORS = {
  'metadef.not_found': { kind: 'not_found', remedy: 'Check the names of the namespace and of what is in it.' },
  'metadef.exists': { kind: 'conflict', remedy: 'Use another name, or change what is there.' },
  'metadef.protected': { kind: 'forbidden', remedy: 'Set protected of the namespace to false first.' },
  'metadef.attribute_read_only': { kind: 'forbidden', remedy: 'Leave this attribute to Imago.' },
  'metadef.too_large': { kind: 'too_large', remedy: 'Use several namespaces, or shorter definitions.' },
  'store.unknown': { kind: 'conflict', remedy: 'Name one of the stores of GET /v2/info/stores.' },
  'store.last': { kind: 'forbidden', remedy: 'Delete the image instead.' },
} as const satisfies Record<string, ErrorEntry>;
