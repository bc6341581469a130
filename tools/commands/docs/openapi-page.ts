import { join } from 'node:path';
import { ROOT } from '../places.ts';

/** The built gateway's description of itself. */
export async function openApiPage(): Promise<string> {
  const module = (await import(join(ROOT, 'apps/gateway/dist/openapi/preview.js'))) as {
    previewOpenApi: () => Promise<object>;
  };
  return JSON.stringify(await module.previewOpenApi());
}
