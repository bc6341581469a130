import { DescribeLayers, Refusal, refusal, type ResponseOf } from '@imago/contracts';
import { BufferSource, type ByteSource, DiskTooLargeError, toldSource } from '@imago/disk-image';
import { serviceContext } from '@imago/identity';
import { openImageFile, type StoredSource, storedSourceOf } from '@imago/image-transfer';
import { FinalFailureError, untilAborted } from '@imago/jobs';
import { failuresOfImage, type ReadImage } from '../jobs/image-failures.ts';
import { type JobTools, storeOf } from '../jobs/job-tools.ts';
import { exportOf, type TransferJobContext } from '../jobs/transfer-job.ts';
import { imageOfFile, manifest } from './machine-files.ts';

export type DescribedImage = ResponseOf<typeof DescribeLayers>;

/**
 * What catalog says an image's bytes lie in, of a machine those of the file whose turn it is, as long as it may be exported.
 * @throws FinalFailureError export.image_deleted, image.deactivated
 */
export async function describeImage(
  { job, data, signal }: TransferJobContext,
  { requests }: Pick<JobTools, 'requests'>,
): Promise<DescribedImage> {
  const asked = requests.send(
    DescribeLayers,
    { image_id: imageOfFile(job, data), region: job.region },
    { context: serviceContext('export', job.project_id, job.correlation_id) },
  );
  try {
    const described = await untilAborted(asked, signal);
    if (described.image.status === 'active') return described;
    throw new FinalFailureError(refusal('image.deactivated', 'The image was deactivated while it was exported.'));
  } catch (error) {
    if (!(error instanceof Refusal && error.code === 'image.not_found')) throw error;
    throw new FinalFailureError(refusal('export.image_deleted', 'The image was deleted while it was exported.'));
  }
}

/** The file that a job makes of its image. */
export interface ExportedImage {
  readonly source: ByteSource;
  /** The object that is the file already, when it is one: the bucket is in the same store. */
  readonly stored: StoredSource | null;
}

/** Opens the file a job makes of its image; what goes wrong with it is told as the image's fault, not the bucket's. */
export async function openSource(
  context: TransferJobContext,
  tools: JobTools,
  { object }: DescribedImage,
): Promise<ExportedImage> {
  const { job, data, signal } = context;
  if (data.file?.position === null) return { source: new BufferSource(manifest(job, data)), stored: null };
  const { disk_format: format } = exportOf(job);
  const image: ReadImage = {
    objectId: object.object_id,
    objectNow: async () => (await describeImage(context, tools)).object.object_id,
    damaged: () => refusal('export.image_damaged', 'The image is not in the store as it was stored.'),
  };
  const file = await failuresOfImage(image, () =>
    openImageFile(storeOf(tools, job), object, { format, signal }).catch((error: unknown) => {
      throw error instanceof DiskTooLargeError ? refusal('export.format_unsupported', `${error.message}.`) : error;
    }),
  );
  const { bucket } = tools.regions.get(job.region);
  return {
    source: toldSource(file, (read) => failuresOfImage(image, read)),
    stored: storedSourceOf(file, { bucket, key: object.key }),
  };
}
