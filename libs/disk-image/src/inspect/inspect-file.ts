import { InspectionRefusal } from '../inspection-refusal.ts';
import { inspectIso } from '../iso/inspect-iso.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { FileFormat } from './declared-format.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { type Inspection, openDisk, type OpenOptions } from './open-disk.ts';

/**
 * Inspects a file, which must be what it is declared to be. An ISO image counts as a disk that is the file, all of it data.
 * @throws InspectionRefusal
 */
export async function inspectFile(
  source: ByteSource,
  declared: FileFormat,
  options: OpenOptions = {},
): Promise<Inspection> {
  if (declared !== 'iso') return (await openDisk(source, declared, options)).inspection;
  const { limits = DEFAULT_LIMITS, signal } = options;
  await inspectIso(source, signal);
  const { size } = source;
  if (size > limits.maxVirtualSize) {
    const message = `An ISO image of ${size} bytes is over the limit of ${limits.maxVirtualSize}`;
    throw new InspectionRefusal('image.virtual_size', message);
  }
  return { format: 'iso', virtualSize: size, allocatedBytes: size, warnings: [] };
}
