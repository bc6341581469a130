import { z } from 'zod';

/** S3's rules for bucket names, without the dotted forms that look like addresses. */
export const bucketName = z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);

/** An S3 key: 1 to 1024 bytes of UTF-8 without control characters. */
export const objectKey = z
  .string()
  .min(1)
  .refine((key) => Buffer.byteLength(key) <= 1024 && !/[\u0000-\u001f\u007f]/.test(key) && key.isWellFormed(), {
    message: 'must be 1 to 1024 bytes without control characters',
  });
