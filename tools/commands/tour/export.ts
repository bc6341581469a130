import { createHash } from 'node:crypto';
import type { JobOnBoard } from '@imago/contracts';
import type { Session } from '@imago/system/session';
import type { Bucket } from '../bucket.ts';
import type { TourImage } from './image.ts';
import { mebibytes, Progress, type Story } from './story.ts';
import { expectThat } from './surprise.ts';

/** What the tour writes into the bucket. */
export const EXPORTED = 'tour/exported.vmdk';

interface ExportScene {
  readonly story: Story;
  readonly alice: Session;
  readonly bucket: Bucket;
}

/** The image as a file of another format: in the bucket, and by a link that needs no login. */
export async function tourExport({ story, alice, bucket }: ExportScene, { id }: TourImage): Promise<void> {
  story.chapter('Take it elsewhere: POST /v1/exports');
  const disk_format = 'vmdk';
  const destination = { bucket: bucket.name, object: EXPORTED };
  const wanted = { image_id: id, disk_format, destination, overwrite: true };
  const ordered = await alice.need<JobOnBoard>('POST', '/v1/exports', wanted);
  await alice.jobSucceeded(ordered.id, { tell: new Progress().show });
  const { result } = await alice.need<JobOnBoard>('GET', `/v1/exports/${ordered.id}`);
  expectThat(result !== null, 'the export succeeded without a file');
  story.line(`s3://${result.bucket}/${result.object}: ${mebibytes(result.size)} of ${disk_format}`);
  story.chapter(`A link for somebody without a login: POST /v1/images/${id}/download-links`);
  const link = await alice.need<Link>('POST', `/v1/images/${id}/download-links`, { disk_format, expires_in: 600 });
  const hash = createHash('md5');
  const { body } = await fetch(link.url);
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) hash.update(chunk);
  const md5 = hash.digest('hex');
  expectThat(md5 === result.checksum, `the link gives md5 ${md5}, the export has ${result.checksum}`);
  story.line(`until ${link.expires_at} it gives the same file: ${md5}`);
}

interface Link {
  readonly url: string;
  readonly expires_at: string;
}
