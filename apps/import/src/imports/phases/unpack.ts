import { createHash, randomUUID } from 'node:crypto';
import { refusal, type RegisteredFacts } from '@imago/contracts';
import { unpack as unpackFile } from '@imago/disk-image';
import { required } from '@imago/jobs';
import { unpackedPrefix } from '@imago/object-store';
import type { ImportPhaseContext } from '../import-job.ts';
import { sourceUri } from '../source/job-source.ts';
import { inspectionFailure, openBytes } from '../source/open-source.ts';
import { eraseUnpacked } from '../source/unpacked-file.ts';
import { type ImportPhase, type ImportTools, imageStore } from './import-phase.ts';
import { UnpackedObjects } from './unpacked-objects.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/**
 * Unpacks a packed file into the store, where it can be read in ranges, and hashes it on the way when its checksum was
 * given: the file is read once. A lost attempt is begun anew; what it left is erased.
 */
export function unpack(tools: ImportTools): ImportPhase {
  return async (context) => {
    const { job, data, signal } = context;
    const store = imageStore(tools, job);
    await eraseUnpacked(store, job.id, context);
    const mostBytes = mostUnpacked(job.input.facts);
    const hash = job.input.checksum === null ? null : createHash(job.input.checksum.algorithm);
    const unpacked = unpackFile(await openBytes(context, tools), {
      compression: required(job.input.compression ?? undefined, 'compression'),
      mostBytes,
      signal,
      onPacked: (bytes) => hash?.update(bytes),
    });
    const newKey = (): string => `${unpackedPrefix(job.id)}${randomUUID()}`;
    const objects = new UnpackedObjects(store, { newKey, signal });
    try {
      for await (const bytes of unpacked) {
        await objects.add(bytes);
        context.progress({ bytes_done: 0n });
      }
    } catch (error) {
      throw inspectionFailure(error);
    }
    requireChecksum(context, hash?.digest('hex'));
    const [first, ...unpacked_more] = await objects.complete();
    return { next: 'inspect', data: { ...data, unpacked: first, unpacked_more } };
  };
}

/** The largest file of a disk that fits, in any format: tables and what was once written and is not used any more. */
function mostUnpacked({ min_disk }: Pick<RegisteredFacts, 'min_disk'>): number {
  return min_disk * GIB * 1.125 + 64 * MIB;
}

function requireChecksum({ job }: ImportPhaseContext, found: string | undefined): void {
  const { checksum, source } = job.input;
  if (checksum === null || found === checksum.value) return;
  const said = `The ${checksum.algorithm} of ${sourceUri(source)} is ${found ?? 'unknown'}, not ${checksum.value}.`;
  throw refusal('import.checksum_mismatch', said, { algorithm: checksum.algorithm, found });
}
