import type { Extent } from '@imago/disk-image';
import { z } from 'zod';
import { ExportAwayError, ExportFaultyError } from './export-errors.ts';

/** A longer map is not worth its memory: that disk was written all over. */
const MOST_BYTES = 8 * 2 ** 20;

const bytes = z.int().min(0);
const changedMap = z.object({ changed: z.array(z.tuple([bytes, bytes])) });

/**
 * Reads the map of a disk of `size` bytes; null when it is longer than anybody needs.
 * @throws ExportFaultyError when it is none or tells of other bytes than the disk has, ExportAwayError when it is cut off
 */
export async function readMap(body: AsyncIterable<Buffer>, size: number): Promise<readonly Extent[] | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      length += chunk.length;
      if (length > MOST_BYTES) return null;
      chunks.push(chunk);
    }
  } catch (error) {
    throw new ExportAwayError('The map of the export is cut off', { cause: error });
  }
  const extents = parse(Buffer.concat(chunks).toString('utf8'));
  if (extents.some(({ offset, length: run }) => offset + run > size)) {
    throw new ExportFaultyError('The map of the export tells of more than the disk');
  }
  return extents;
}

function parse(text: string): readonly Extent[] {
  try {
    return changedMap.parse(JSON.parse(text)).changed.map(([offset, length]) => ({ offset, length }));
  } catch (cause) {
    throw new ExportFaultyError('The export has no readable map', { cause });
  }
}
