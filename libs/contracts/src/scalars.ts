import { z } from 'zod';

/** A count of bytes as a decimal string: JSON numbers lose precision above 2^53, sums of image sizes pass it. */
export const byteCount = z.string().regex(/^\d{1,19}$/);

/** An instant, RFC 3339 in UTC, as `Date.toISOString` writes it. */
export const instant = z.iso.datetime();

/** A project (tenant) id as the identity provider names it; UUIDs and Keystone's 32 hex digits both occur. */
export const projectId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

/** A region name as it stands in URLs (`/regions/<region>`). */
export const regionName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);

/** An image and the region it is in. */
export const imageInRegion = z.object({ image_id: z.uuid(), region: regionName });
export type ImageInRegion = z.output<typeof imageInRegion>;

/** C0, DEL, C1, the line separators and the bidirectional overrides: they make a log line or a screen lie. */
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** Text a person reads on one line: up to so many characters, none of which makes a log or a screen lie. */
export function printableText(maximum: number): z.ZodString {
  return z
    .string()
    .max(maximum)
    .refine((text) => !unprintable.test(text) && text.isWellFormed(), {
      message: 'must not contain control characters',
    });
}

/** An image's name: 1 to 255 characters as in Glance, printable, not only blanks. */
export const imageName = printableText(255).refine((text) => text.trim().length > 0, { message: 'must not be blank' });

/** One line of free text a tenant writes about an image. */
export const description = printableText(1024);

/** A name as the OpenStack Image API takes it: up to 255 printable characters, or none at all. */
export const givenName = printableText(255);

/** A tag of an image. */
export const imageTag = printableText(255).min(1);

/** The name of a custom property. */
export const propertyName = printableText(255).min(1);

/** The value of a custom property: any text that a database and a JSON document can hold. */
export const propertyValue = z
  .string()
  .max(65_535)
  .refine((text) => !text.includes('\u0000') && text.isWellFormed(), { message: 'must be text without NUL' });

/** A short technical word such as `ubuntu` or `22.04`. */
export const token = printableText(64).min(1);

/** md5 of the stored object, hex; what Glance calls `checksum`. */
export const md5Hex = z.string().regex(/^[0-9a-f]{32}$/);
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
export const sha512Hex = z.string().regex(/^[0-9a-f]{128}$/);
