import { refusal } from '@imago/contracts';
import { required, type StoredPart } from '@imago/jobs';
import { digestObject, ObjectChangedError, type ObjectDigests, ObjectNotFoundError } from '@imago/object-store';
import type { ImportPhaseContext } from '../import-job.ts';
import { isKept } from '../kept-file.ts';
import { importProgress } from '../import-progress.ts';
import { requireKept } from './kept-file-phases.ts';
import { type ImportPhase, type ImportTools, imageStore } from './import-phase.ts';

/** Reads the whole object back, once: proves that the store has what was sent, and makes the hashes clients compare. */
export function verify(tools: ImportTools): ImportPhase {
  return async (context) => {
    const { job, data } = context;
    const parts = await tools.parts.list(job.id);
    const digests = await readBack(context, tools, parts).catch((error: unknown) => {
      const isLost = error instanceof ObjectNotFoundError || error instanceof ObjectChangedError;
      throw isLost ? refusal('import.verification_failed', 'The stored object is not the one that was sealed.') : error;
    });
    const damaged = parts.find((part, index) => part.crc32 !== digests.crc32s[index]);
    if (damaged !== undefined) {
      throw refusal('import.verification_failed', `Part ${damaged.part_number} reads back with other bytes.`, {
        part_number: damaged.part_number,
      });
    }
    const verified = { ...data, verified: { checksum: digests.md5, os_hash_value: digests.sha512 } };
    if (!isKept(job.input.disk_format)) return { next: 'examine', data: verified };
    await requireKept(context, tools);
    return { next: 'activate', data: verified };
  };
}

async function readBack(
  context: ImportPhaseContext,
  tools: ImportTools,
  parts: readonly StoredPart[],
): Promise<ObjectDigests> {
  const { job, data, signal } = context;
  const { size, etag } = required(data.sealed, 'sealed');
  const progress = importProgress(job, data);
  const { key } = required(data.object, 'object');
  const stream = await imageStore(tools, job).stream(key, { etag, signal });
  const digests = await digestObject(stream, {
    partSizes: parts.map((part) => part.size),
    signal,
    progress: (bytesRead) => {
      context.progress(progress.readBack(bytesRead, size));
    },
  });
  if (digests.size !== size) {
    throw refusal('import.verification_failed', `The object has ${digests.size} bytes, ${size} were sealed.`);
  }
  return digests;
}
