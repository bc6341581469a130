import type { ImageFacts, PreviewRegistration } from '@imago/contracts';

/** The image an import asks catalog for: whatever the file was, it is stored as one kind, and is nobody else's yet. */
export function wantedImage(region: string, facts: ImageFacts): (typeof PreviewRegistration)['request']['_input'] {
  return { region, facts, visibility: 'private', disk_format: 'qcow2', container_format: 'bare' };
}
