import { GetObjectCommand, type S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { create as contentDisposition } from 'content-disposition';
import type { DownloadLink, MultipartUpload, PartLink, PartLinkOptions } from './object-store.ts';

/** The longest life of a link, in seconds: what Signature Version 4 allows. */
export const LONGEST_LINK = 7 * 24 * 3_600;

/** Makes links into one bucket. The client's endpoint is the one the links lead to; it is never asked anything. */
export class Links {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  /** Links into another bucket of the same store. */
  into(bucket: string): Links {
    return new Links(this.client, bucket);
  }

  /** As {@link ObjectStore.presignGet}. */
  async toObject(key: string, { expires_in, filename }: DownloadLink): Promise<string> {
    const command = new GetObjectCommand({
      Bucket: this.bucket,
      Key: key,
      ResponseContentDisposition: contentDisposition(filename),
      // Whatever the object was stored as: it is for saving, never for a browser to show.
      ResponseContentType: 'application/octet-stream',
    });
    return getSignedUrl(this.client, command, { expiresIn: lifetime(expires_in) });
  }

  /** As {@link ObjectStore.presignUploadPart}. */
  async toPart(upload: MultipartUpload, partNumber: number, options: PartLinkOptions): Promise<PartLink> {
    const md5 = Buffer.from(options.md5, 'hex');
    if (md5.length !== 16) throw new RangeError('An MD5 has 16 bytes.');
    const ContentMD5 = md5.toString('base64');
    const command = new UploadPartCommand({
      Bucket: this.bucket,
      Key: upload.key,
      UploadId: upload.upload_id,
      PartNumber: partNumber,
      ContentLength: options.bytes,
      ContentMD5,
    });
    const url = await getSignedUrl(this.client, command, { expiresIn: lifetime(options.expires_in) });
    return { url, headers: { 'content-md5': ContentMD5 } };
  }
}

function lifetime(seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= LONGEST_LINK) return seconds;
  throw new RangeError(`A link lives 1 to ${LONGEST_LINK} seconds, not ${seconds}.`);
}
