import { refusal } from '@imago/contracts';
import { importProgress } from '../import-progress.ts';
import { hashFile } from '../source/hash-file.ts';
import { sourceUri } from '../source/job-source.ts';
import { openBytes } from '../source/open-source.ts';
import type { ImportPhase, ImportTools } from './import-phase.ts';

/**
 * Reads the whole file once, in its order, when its checksum was given: the disk in it is read out of order, and not all
 * of the file is disk. What the checksum was right for is what is imported: each block read later must hash as it did here.
 */
export function check(tools: ImportTools): ImportPhase {
  return async (context) => {
    const { job, data, signal } = context;
    const { checksum, source } = job.input;
    if (checksum === null) return { next: 'transfer', data };
    const progress = importProgress(job, data);
    const { value, ...blocks } = await hashFile(await openBytes(context, tools), {
      algorithm: checksum.algorithm,
      signal,
      progress: (bytes) => {
        context.progress(progress.checked(bytes));
      },
    });
    if (value !== checksum.value) {
      const said = `The ${checksum.algorithm} of ${sourceUri(source)} is ${value}, not ${checksum.value}.`;
      throw refusal('import.checksum_mismatch', said, { algorithm: checksum.algorithm, found: value });
    }
    await context.save(data, (tx) => tools.records.checkedBlocks.save(tx, job.id, blocks));
    return { next: 'transfer', data };
  };
}
