import { DomainError, type PreflightImport, type RequestOf } from '@imago/contracts';
import {
  type ByteSource,
  type Compression,
  type DiskReader,
  type FileFormat,
  foundFormats,
  type Inspection,
  InspectionRefusal,
  isFileFormat,
  requirePacked,
} from '@imago/disk-image';
import { declaredOf, examineOpened } from '@imago/image-transfer';
import { Injectable, Logger } from '@nestjs/common';
import { neededDisk, requireDiskToFit } from '../imports/disk-fit.ts';
import { isKept } from '../imports/kept-file.ts';
import { sourceUri } from '../imports/source/job-source.ts';
import { inspected, inspectionFailure, openInspected } from '../imports/source/open-source.ts';
import { pinPromptly, requireContent } from '../imports/source/pin-promptly.ts';
import { type AcceptedSource, TenantFiles } from '../imports/source/tenant-files.ts';
import type { PreflightCheck, PreflightFindings } from './preflight-findings.ts';

type Request = RequestOf<typeof PreflightImport>;

/** Where what is found goes, and how long it is looked for. */
export interface Look {
  readonly findings: PreflightFindings;
  readonly signal: AbortSignal;
}

/** What was seen of a file. */
interface Seen {
  readonly inspection: Inspection;
  /** The disk in it; null of an ISO image. */
  readonly reader: DiskReader | null;
}

/** Refusals that are about which format a file has, as opposed to what is wrong with it. */
const FORMAT_CODES: ReadonlySet<string> = new Set([
  'image.format_mismatch',
  'image.format_ambiguous',
  'image.format_unsupported',
]);

/** Looks at a tenant's file where it is, by what an import of it would do before it stores anything. */
@Injectable()
export class FileLook {
  readonly #log = new Logger(FileLook.name);

  constructor(private readonly files: TenantFiles) {}

  /** Finds out as much as there is: what one thing is wrong with keeps nothing else from being looked at that can be. */
  async look(request: Request, projectId: string, look: Look): Promise<void> {
    this.#lookAtChecksum(request, look);
    const bytes = await this.#reach(request, projectId, look);
    if (bytes === null) {
      look.findings.giveUp('The file cannot be looked at.');
      return;
    }
    // The file may turn out later not to be readable: its server sends the first byte and no other.
    const wasRead = await judged('file', look, async () => {
      await this.#lookInside(bytes, request, look);
      return true;
    });
    if (wasRead === null) look.findings.giveUp('The file could not be read any further.');
  }

  #lookAtChecksum({ source, checksum }: Request, { findings }: Look): void {
    try {
      this.files.requireChecksum(source, checksum);
      if (checksum === null) findings.ok('checksum', 'None is given, and none is needed.');
      else findings.found('checksum', { status: 'unknown', seen: 'The whole file is hashed when it is imported.' });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      findings.refused('checksum', error);
    }
  }

  /** The bytes of the file; null when it cannot be had. */
  async #reach({ source, region }: Request, project_id: string, look: Look): Promise<ByteSource | null> {
    const { findings, signal } = look;
    const accepted = await judged('source', look, () => this.files.locate(source, region, project_id));
    if (accepted === null) return null;
    findings.learn({ source_uri: sourceUri(accepted.source) });
    findings.ok('source', allowed(accepted.source));
    return judged('file', look, async () => {
      const file = await this.files.open(accepted, { region, project_id });
      const pin = await pinPromptly(file, accepted.source, signal);
      findings.learn({ size: pin.size.toString() });
      requireContent(accepted.source, pin);
      findings.ok('file', `It is there and has ${pin.size} bytes.`);
      return file.open(pin, () => undefined);
    });
  }

  async #lookInside(bytes: ByteSource, request: Request, look: Look): Promise<void> {
    const { findings } = look;
    if (request.compression !== null) {
      await lookAtPacked(bytes, request.compression, look);
      return;
    }
    const seen = await openAsFound(bytes, request.disk_format, look);
    if (seen === null) {
      findings.giveUp('There is no disk in the file that can be looked at.');
      return;
    }
    const { warnings, virtualSize, allocatedBytes } = seen.inspection;
    if (warnings.length === 0) findings.ok('structure', 'Its tables are sound, and it depends on nothing but itself.');
    else findings.found('structure', { status: 'warning', seen: `${warnings.join('. ')}.` });
    const sizes = { virtual_size: virtualSize.toString(), allocated_bytes: allocatedBytes.toString() };
    findings.learn({ ...sizes, needed_min_disk: neededDisk(seen.inspection) });
    await judged('disk_size', look, () => {
      requireDiskToFit(request.facts, seen.inspection);
      findings.ok('disk_size', `The disk has ${virtualSize} bytes and fits into ${request.facts.min_disk} GiB.`);
      return Promise.resolve(true);
    });
    if (seen.reader === null) findings.giveUp('No server starts from an ISO image, so what is in it is not examined.');
    else await this.#examine(seen.reader, request, look);
  }

  async #examine(reader: DiskReader, { facts }: Request, { findings, signal }: Look): Promise<void> {
    const examination = { declared: declaredOf(facts), signal, moved: () => undefined };
    const { report, failure } = await examineOpened(() => Promise.resolve(reader), examination);
    findings.examined(report);
    if (failure === null) return;
    const refused = inspectionFailure(failure);
    // Damage in what is compressed shows only where it is read, as it would when it is imported.
    if (failure instanceof InspectionRefusal && refused instanceof DomainError) findings.refused('structure', refused);
    else this.#log.error({ err: failure }, 'the disk in a file was not examined');
  }
}

/** What is packed is only known when all of it has been unpacked, which an import does and a look does not. */
async function lookAtPacked(bytes: ByteSource, compression: Compression, look: Look): Promise<void> {
  const { findings, signal } = look;
  const disk_formats = await foundFormats(bytes, signal);
  findings.learn({ disk_formats: [...disk_formats] });
  await judged('format', look, () => {
    try {
      requirePacked(compression, disk_formats);
    } catch (error) {
      throw inspectionFailure(error);
    }
    findings.found('format', { status: 'unknown', seen: `It is packed with ${compression}, as it is declared.` });
    return Promise.resolve(true);
  });
  findings.giveUp('What is packed is looked at when it is imported.');
}

/**
 * The disk in the file. One that is not in the declared format is opened in its own, if that can be read, so that
 * everything else is told of at once, too.
 */
async function openAsFound(bytes: ByteSource, declared: FileFormat, look: Look): Promise<Seen | null> {
  const { findings, signal } = look;
  const disk_formats = await foundFormats(bytes, signal);
  findings.learn({ disk_formats: [...disk_formats] });
  const asDeclared = await opened(bytes, declared, look);
  if (!findings.has('format')) {
    findings.ok('format', `It is ${declared}, as it is declared.`);
    return asDeclared;
  }
  const [found, ...others] = disk_formats;
  return found !== undefined && isFileFormat(found) && others.length === 0 ? opened(bytes, found, look) : null;
}

async function opened(bytes: ByteSource, format: FileFormat, { findings, signal }: Look): Promise<Seen | null> {
  try {
    if (isKept(format)) return { inspection: await inspected(bytes, format, signal), reader: null };
    return await openInspected(bytes, format, signal);
  } catch (error) {
    if (!(error instanceof DomainError) || !error.code.startsWith('image.')) throw error;
    findings.refused(FORMAT_CODES.has(error.code) ? 'format' : 'structure', error);
    return null;
  }
}

/** What comes of the work; where that is a refusal, it is what was found, and null. */
async function judged<T>(check: PreflightCheck, { findings }: Look, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    findings.refused(check, error);
    return null;
  }
}

function allowed(source: AcceptedSource['source']): string {
  switch (source.type) {
    case 'bucket':
      return `The bucket ${source.bucket} is assigned to your project.`;
    case 'url':
      return 'The URL may be imported from.';
    case 'object_store':
      return 'The object store is your project’s.';
    case 'upload':
      return 'The upload is your project’s.';
    default:
      return source satisfies never;
  }
}
