import { refusal } from '@imago/contracts';
import { type JobSource, sourceUri } from './job-source.ts';
import type { PinnedSource, SourceFile } from './source-file.ts';

/** Milliseconds for the first look at a file: a part of the time its asker has. */
const PATIENCE = 6_000;

/**
 * The file as it is, for somebody who waits for it: a server that takes longer is told of, and not waited for.
 * @throws Refusal import.source_stalled, and what the file is refused for
 */
export async function pinPromptly(file: SourceFile, source: JobSource, signal?: AbortSignal): Promise<PinnedSource> {
  const enough = AbortSignal.timeout(PATIENCE);
  try {
    return await file.pin(signal === undefined ? enough : AbortSignal.any([signal, enough]));
  } catch (error) {
    if (!enough.aborted) throw error;
    throw refusal('import.source_stalled', `${sourceUri(source)} does not answer in time.`);
  }
}

/** @throws Refusal image.empty */
export function requireContent(source: JobSource, { size }: PinnedSource): void {
  if (size === 0) throw refusal('image.empty', `${sourceUri(source)} is empty.`);
}
