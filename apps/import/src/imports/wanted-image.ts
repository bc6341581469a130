import type { ImageFacts, PreviewRegistration } from '@imago/contracts';
import type { ImportInput } from './import-job.ts';
import { storedFormat } from './kept-file.ts';

/** The image an import asks catalog for: whatever disk the file was, it is stored as one kind, and is nobody else's yet. */
export function wantedImage(
  region: string,
  facts: ImageFacts,
  disk_format: ImportInput['disk_format'],
): (typeof PreviewRegistration)['request']['_input'] {
  return { region, facts, visibility: 'private', disk_format: storedFormat(disk_format), container_format: 'bare' };
}
