import type { S3Client } from '@aws-sdk/client-s3';
import { ATTRIBUTE, SpanKind, type SpanPlan, traced } from '@imago/tracing';

/** What moves the bytes of images: a large one has tens of thousands, which would bury whatever else its trace has. */
const UNTRACED: ReadonlySet<string> = new Set(['UploadPartCommand', 'GetObjectCommand']);

/** Makes a span of each call of a client but those that move data. Keys are not told: a tenant's are names of its files. */
export function traceCalls(client: S3Client): void {
  client.middlewareStack.add(
    (next, { commandName = 'unknown' }) =>
      (call) => {
        if (UNTRACED.has(commandName)) return next(call);
        const operation = commandName.replace(/Command$/, '');
        const plan = (): SpanPlan => ({
          kind: SpanKind.CLIENT,
          attributes: {
            [ATTRIBUTE.rpcSystem]: 'aws-api',
            [ATTRIBUTE.rpcMethod]: `S3/${operation}`,
            ...('Bucket' in call.input && { [ATTRIBUTE.s3Bucket]: call.input.Bucket }),
          },
        });
        return traced(`S3 ${operation}`, plan, () => next(call));
      },
    { step: 'initialize', name: 'imagoTraceCalls' },
  );
}
