import { refusal } from '@imago/contracts';
import {
  type ByteSource,
  type FileFormat,
  type InspectedDisk,
  inspectFile,
  type Inspection,
  InspectionRefusal,
  openDisk,
  type SourceFormat,
} from '@imago/disk-image';
import { required } from '@imago/jobs';
import type { ImportPhaseContext } from '../import-job.ts';
import { isKept } from '../kept-file.ts';
import type { ImportTools } from '../phases/import-phase.ts';
import { CheckedSource } from './checked-source.ts';
import { sourceUri } from './job-source.ts';
import { openUnpacked } from './unpacked-file.ts';

/**
 * Opens the disk in the tenant's file, after the inspection has passed it.
 * @throws Refusal with the code of the inspection, or of where the file is.
 */
export async function openSource(context: ImportPhaseContext, tools: ImportTools): Promise<InspectedDisk> {
  const { disk_format } = context.job.input;
  if (isKept(disk_format)) throw new Error(`there is no disk in a file of format ${disk_format}`);
  return openInspected(await openFile(context, tools), disk_format, context.signal);
}

/** What is imported: the tenant's file, of which every byte is checked that was hashed before, or what was in it. */
export async function openFile(context: ImportPhaseContext, tools: ImportTools): Promise<ByteSource> {
  const { id, input } = context.job;
  if (context.data.unpacked !== undefined) return openUnpacked(context, tools);
  const bytes = await openBytes(context, tools);
  const blocks = await tools.records.checkedBlocks.find(tools.db.manager, id);
  return blocks === null ? bytes : new CheckedSource(bytes, blocks, sourceUri(input.source));
}

/**
 * Judges a file by what it is declared to be.
 * @throws Refusal with the code of the inspection, or of where the file is.
 */
export async function inspected(source: ByteSource, declared: FileFormat, signal?: AbortSignal): Promise<Inspection> {
  try {
    return await inspectFile(source, declared, signal === undefined ? {} : { signal });
  } catch (error) {
    throw inspectionFailure(error);
  }
}

/**
 * Opens the disk in a file that must be what it is declared to be.
 * @throws Refusal with the code of the inspection, or of where the file is.
 */
export async function openInspected(
  source: ByteSource,
  declared: SourceFormat,
  signal: AbortSignal,
): Promise<InspectedDisk> {
  try {
    return await openDisk(source, declared, { signal });
  } catch (error) {
    throw inspectionFailure(error);
  }
}

/** The bytes of the tenant's file. Whenever some of them come, the job has moved, however slowly that is. */
export async function openBytes(context: ImportPhaseContext, { files }: ImportTools): Promise<ByteSource> {
  const file = await files.of(context.job);
  return file.open(required(context.data.source, 'source'), () => {
    context.progress({ bytes_done: 0n });
  });
}

/** The refusal of an inspection, as everything outside of the disk library knows refusals. */
export function inspectionFailure(error: unknown): unknown {
  if (!(error instanceof InspectionRefusal)) return error;
  return refusal(error.code, error.message, error.offset === undefined ? {} : { offset: error.offset });
}
