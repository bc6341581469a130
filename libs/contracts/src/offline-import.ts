import { z } from 'zod';
import { printableText, sha256Hex, sha512Hex } from './scalars.ts';

/** What is known of an import that an operator makes on behalf of a project. */
export const offlineOrder = z.object({
  /** The operator. */
  ordered_by: z.string().min(1),
  /** Of the whole file. */
  sha512: sha512Hex,
  /** The key that has signed the manifest of a bundle; null: the operator alone said what the file is. */
  signer: sha256Hex.nullable(),
  /** Why the image may be there although it could not be scanned; null: then it is not. */
  unscanned_reason: printableText(500).min(1).nullable(),
});
export type OfflineOrder = z.output<typeof offlineOrder>;
