import { z } from 'zod';
import { defineEvent } from './define.ts';
import { metadefNamespaceRecord } from './metadef.ts';

/**
 * An operator has made, changed or deleted a namespace of definitions, or what is in it. What it defines is not told: whoever
 * needs it reads it.
 */
export const MetadefNamespaceChangedV1 = defineEvent(
  'catalog',
  'MetadefNamespaceChanged',
  1,
  z.object({ namespace: metadefNamespaceRecord, change: z.enum(['created', 'updated', 'contents', 'deleted']) }),
);
