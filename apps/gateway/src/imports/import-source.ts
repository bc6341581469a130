import { bucketName, type ImportSource, objectKey, objectStoreName, sourceHeaders, sourceUrl } from '@imago/contracts';
import { z } from 'zod';

/** `s3://bucket/object`, or without the scheme. Everything after the first slash is the object, slashes too. */
const ADDRESS = /^(?:s3:\/\/)?(?<bucket>[^/]+)\/(?<object>.+)$/s;
const URL_SCHEME = /^https?:/i;
/** `upload://id`, of a file that was sent in parts. */
const UPLOAD = /^upload:\/\/(?<upload_id>.*)$/is;

const uploadId = z.uuid().toLowerCase();

const text = z.string().transform((address, context): ImportSource => {
  const sent = UPLOAD.exec(address)?.groups;
  if (sent !== undefined) {
    const upload_id = uploadId.safeParse(sent['upload_id']);
    if (upload_id.success) return { type: 'upload', upload_id: upload_id.data };
    context.addIssue({ code: 'custom', message: 'must be upload:// and the id of an upload' });
    return z.NEVER;
  }
  if (URL_SCHEME.test(address)) {
    const url = sourceUrl.safeParse(address);
    if (url.success) return { type: 'url', url: url.data, headers: {} };
    context.addIssue({ code: 'custom', message: 'must be a URL of at most 4096 characters' });
    return z.NEVER;
  }
  const { bucket, object } = ADDRESS.exec(address)?.groups ?? {};
  const parsed = z.object({ bucket: bucketName, object: objectKey }).safeParse({ bucket, object });
  if (parsed.success) return { type: 'bucket', ...parsed.data };
  context.addIssue({
    code: 'custom',
    message: 'must be s3://bucket/object, bucket/object, https://host/path or upload://id',
  });
  return z.NEVER;
});

const url = z
  .strictObject({ url: sourceUrl, headers: sourceHeaders.default({}) })
  .transform((source): ImportSource => ({ type: 'url', ...source }));

const inObjectStore = z
  .strictObject({ object_store: objectStoreName, bucket: bucketName, object: objectKey })
  .transform((source): ImportSource => ({ type: 'object_store', ...source }));

const upload = z
  .strictObject({ upload_id: uploadId })
  .transform((source): ImportSource => ({ type: 'upload', ...source }));

/** By the field that is of one kind alone, so that a fault is told of the kind that was meant. */
function kindOf(value: string | object): z.ZodType<ImportSource> {
  if (typeof value === 'string') return text;
  if ('url' in value) return url;
  if ('object_store' in value) return inObjectStore;
  if ('upload_id' in value) return upload;
  return z.never({ message: 'must be an address, or an object with url, object_store or upload_id' });
}

/** Where the file is, as tenants write it. */
export const importSourceText = z
  .union([z.string(), z.record(z.string(), z.unknown())], { message: 'must be an address or an object' })
  .transform((value, context): ImportSource => {
    const parsed = kindOf(value).safeParse(value);
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues) context.addIssue({ code: 'custom', path, message });
    return z.NEVER;
  })
  .meta({ anyOf: [text, url, inObjectStore, upload].map(described) });

/** As it stands in the API description, which says once for all which JSON Schema it speaks. */
function described(kind: z.ZodType): object {
  const schema = Object.entries(z.toJSONSchema(kind, { io: 'input' }));
  return Object.fromEntries(schema.filter(([name]) => name !== '$schema'));
}
