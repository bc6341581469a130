import type { ImportSource } from '@imago/contracts';

type BucketSource = Extract<ImportSource, { type: 'bucket' }>;
type UploadSource = Extract<ImportSource, { type: 'upload' }>;

/** Where a job's file is, without anything that is secret about it: that is kept apart, sealed. */
export type JobSource =
  | BucketSource
  | UploadSource
  /** The file that was staged for the image; where it is, catalog says. */
  | { readonly type: 'staged'; readonly image_id: string }
  /** The URL without its query. */
  | { readonly type: 'url'; readonly url: string }
  | {
      readonly type: 'object_store';
      readonly object_store_id: string;
      /** As it was when the import was asked for. */
      readonly endpoint: string;
      readonly bucket: string;
      readonly object: string;
    };

/** The address as a tenant is shown it. The query of a URL is left out: in a presigned one it is the key. */
export function sourceUri(source: JobSource): string {
  switch (source.type) {
    case 'bucket':
      return `s3://${source.bucket}/${source.object}`;
    case 'upload':
      return `upload://${source.upload_id}`;
    case 'staged':
      return `staged://${source.image_id}`;
    case 'url':
      return source.url;
    case 'object_store':
      return `${source.endpoint.replace(/\/$/, '')}/${source.bucket}/${source.object.split('/').map(encodeURIComponent).join('/')}`;
    default:
      return source satisfies never;
  }
}
