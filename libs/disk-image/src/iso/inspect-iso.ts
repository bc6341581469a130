import { type FileEnds, readEnds } from '../inspect/declared-format.ts';
import { ISO_MARK } from '../inspect/image-format.ts';
import { InspectionRefusal } from '../inspection-refusal.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { FIRST_DESCRIPTOR, ISO_SECTOR, KIND, requireSoundVolume } from './volume-descriptor.ts';

/** Descriptors of a file, more than any program writes; the first read has them all. */
const MOST_DESCRIPTORS = 64;
const EL_TORITO = 'EL TORITO SPECIFICATION';
/** Where a boot record says which sector has the catalogue of what can be booted. */
const CATALOGUE = 71;

/**
 * Inspects an ISO image: its ends and the descriptors of its volumes, in two reads. What is in the volumes is nothing that
 * is ever read here: the file is kept as it is.
 * @throws InspectionRefusal
 */
export async function inspectIso(source: ByteSource, signal?: AbortSignal): Promise<void> {
  const { head } = await readEnds(source, 'iso', signal);
  requireSoundDescriptors(head, source.size);
}

function requireSoundDescriptors(head: FileEnds['head'], fileSize: number): void {
  let primaries = 0;
  for (let sector = FIRST_DESCRIPTOR; sector < FIRST_DESCRIPTOR + MOST_DESCRIPTORS; sector += 1) {
    const at = sector * ISO_SECTOR;
    const descriptor = head.subarray(at, at + ISO_SECTOR);
    if (descriptor.length < ISO_SECTOR)
      throw new InspectionRefusal('image.truncated', 'The file ends among the descriptors of its volumes', at);
    requireMark(descriptor, at);
    const kind = descriptor[0];
    if (kind === KIND.end) {
      if (primaries > 0) return;
      throw new InspectionRefusal('image.header', 'None of the volumes is the primary one', at);
    }
    if (kind === KIND.primary || kind === KIND.supplementary) requireSoundVolume({ descriptor, at, fileSize });
    else if (kind === KIND.boot) requireCatalogue(descriptor, at, fileSize);
    if (kind === KIND.primary) primaries += 1;
  }
  const message = `The descriptors of the volumes do not end after ${MOST_DESCRIPTORS}`;
  throw new InspectionRefusal('image.tables', message, FIRST_DESCRIPTOR * ISO_SECTOR);
}

function requireMark(descriptor: Buffer, at: number): void {
  if (!descriptor.subarray(1, 1 + ISO_MARK.length).equals(ISO_MARK))
    throw new InspectionRefusal('image.header', 'The descriptors of the volumes do not end', at);
  // Supplementary descriptors have a second version, with names as long as one likes.
  const version = descriptor[6];
  if (version === 1 || (version === 2 && descriptor[0] === KIND.supplementary)) return;
  throw new InspectionRefusal('image.version', `There is no version ${version ?? 0} of volumes`, at + 6);
}

/** Of the boot records that are known as El Torito: what they lead to is in the file. */
function requireCatalogue(descriptor: Buffer, at: number, fileSize: number): void {
  if (descriptor.toString('latin1', 7, 7 + EL_TORITO.length) !== EL_TORITO) return;
  const start = descriptor.readUInt32LE(CATALOGUE) * ISO_SECTOR;
  if (start > FIRST_DESCRIPTOR * ISO_SECTOR && start + ISO_SECTOR <= fileSize) return;
  throw new InspectionRefusal('image.offset_out_of_file', 'The boot catalogue is outside of the file', at + CATALOGUE);
}
