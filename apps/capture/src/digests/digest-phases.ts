import { Readable } from 'node:stream';
import type { ByteSource } from '@imago/disk-image';
import { digestObject, type ObjectDigests } from '@imago/object-store';
import type { ImageJobContext, ImageJobPhase } from '../jobs/image-job.ts';
import type { JobTools } from '../jobs/job-tools.ts';
import { damageIsTold, describeLayers, openLayered } from '../stored/image-layers.ts';
import { digested } from './digest-events.ts';

/** A digest has one phase: what is hashed cannot be gone on with by another worker. */
export const DIGEST_PHASES = ['digest'] as const;
export type DigestPhaseName = (typeof DIGEST_PHASES)[number];
export type DigestPhase = ImageJobPhase<DigestPhaseName>;

/** Bytes read at once, and ahead of the hashes. */
const CHUNK = 4 * 2 ** 20;

export function digestPhases(tools: JobTools): Readonly<Record<DigestPhaseName, DigestPhase>> {
  return {
    /** Reads the flattened form of a layered image in full, as a client would. */
    digest: async (context) => {
      const described = await describeLayers(context, tools);
      const { source } = await openLayered(context, tools, described);
      const digests = await digest(context, source);
      const { object_id } = described.object;
      return { succeeded: (job, view) => digested(job, view, { object_id, digests }) };
    },
  };
}

async function digest(context: ImageJobContext, source: ByteSource): Promise<ObjectDigests> {
  const { signal } = context;
  const bytes_total = BigInt(source.size);
  const stream = Readable.from(chunks(source, signal), { objectMode: false, highWaterMark: CHUNK });
  return damageIsTold(() =>
    digestObject(stream, {
      partSizes: [],
      signal,
      progress: (bytesRead) => {
        context.progress({ bytes_done: BigInt(bytesRead), bytes_total });
      },
    }),
  );
}

async function* chunks(source: ByteSource, signal: AbortSignal): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < source.size; offset += CHUNK) {
    yield await source.read(offset, Math.min(CHUNK, source.size - offset), signal);
  }
}
