import { createReadStream } from 'node:fs';

/** Whether a file has a text somewhere in it, as bytes. */
export async function fileContains(path: string, text: string): Promise<boolean> {
  const wanted = Buffer.from(text);
  let end = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 }) as AsyncIterable<Buffer>) {
    const seam = Buffer.concat([end, chunk.subarray(0, wanted.length - 1)]);
    if (seam.includes(wanted) || chunk.includes(wanted)) return true;
    end = Buffer.concat([end, chunk.subarray(1 - wanted.length)]).subarray(1 - wanted.length);
  }
  return false;
}
