import { z } from 'zod';
import { bucketName, objectKey } from './bucket-object.ts';
import { md5Hex, sha256Hex, sha512Hex } from './scalars.ts';

/** The address of a file on somebody's web server. What more is asked of it, the service that reads it says. */
export const sourceUrl = z.url({ protocol: /^https?$/ }).max(4096);

/** Headers that may open a file. Those that speak of the connection, the range or whoever asks are not a tenant's to set. */
const HEADER_NAME =
  /^(?:authorization|cookie|private-token|x-(?!forwarded|real-ip|http-method|original)[a-z0-9-]{1,60})$/;
const MOST_HEADERS = 8;
const MOST_HEADER_BYTES = 8192;

/** Secret: sent to the server of the URL and to nobody else, and never shown. Names are in small letters afterwards. */
export const sourceHeaders = z
  .record(
    z.string().toLowerCase().regex(HEADER_NAME, { message: 'must be authorization, cookie, private-token or x-…' }),
    z.string().regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, { message: 'must be printable ASCII' }),
  )
  .refine((headers) => Object.keys(headers).length <= MOST_HEADERS, { message: `must be at most ${MOST_HEADERS}` })
  .refine((headers) => Object.entries(headers).flat().join('').length <= MOST_HEADER_BYTES, {
    message: `must be at most ${MOST_HEADER_BYTES} bytes`,
  });

/** The name of an object store of a project: what it is called in requests. */
export const objectStoreName = z.string().regex(/^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/);

const inBucket = { bucket: bucketName, object: objectKey };

/** A file in a bucket of the region that is assigned to the project. */
export const bucketSource = z.object({ type: z.literal('bucket'), ...inBucket });

/** A file on a web server. */
export const urlSource = z.object({
  type: z.literal('url'),
  url: sourceUrl,
  headers: sourceHeaders.default({}),
});

/** A file in an object store that the project has told of. */
export const objectStoreSource = z.object({
  type: z.literal('object_store'),
  /** Its name or its id. */
  object_store: objectStoreName,
  ...inBucket,
});

/** A file that the project has sent in parts. */
export const uploadSource = z.object({ type: z.literal('upload'), upload_id: z.uuid() });

/** Where the file of an import is. */
export const importSource = z.discriminatedUnion('type', [bucketSource, urlSource, objectStoreSource, uploadSource]);
export type ImportSource = z.output<typeof importSource>;

/** What the whole file must be, byte for byte, as its publisher says. */
export const fileChecksum = z.discriminatedUnion('algorithm', [
  z.strictObject({ algorithm: z.literal('sha256'), value: z.string().toLowerCase().pipe(sha256Hex) }),
  z.strictObject({ algorithm: z.literal('sha512'), value: z.string().toLowerCase().pipe(sha512Hex) }),
  z.strictObject({ algorithm: z.literal('md5'), value: z.string().toLowerCase().pipe(md5Hex) }),
]);
export type FileChecksum = z.output<typeof fileChecksum>;
