import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** A file on somebody's web server. */
export interface ServedFile {
  /** Of the server; the file is `/disk.raw`, and there is no other. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves one file, in ranges, to whoever asks. */
export async function serveFile(content: Uint8Array): Promise<ServedFile> {
  const etag = `"${createHash('sha256').update(content).digest('hex')}"`;
  const server = createServer((request, response) => {
    if (request.url !== '/disk.raw') {
      response.writeHead(404).end();
      return;
    }
    const headers = { etag, 'accept-ranges': 'bytes' };
    const range = /^bytes=(?<from>\d+)-(?<to>\d*)$/.exec(request.headers.range ?? '')?.groups;
    if (range === undefined) {
      response.writeHead(200, { ...headers, 'content-length': content.length });
      response.end(request.method === 'HEAD' ? undefined : content);
      return;
    }
    const from = Number(range['from']);
    const to = Math.min(range['to'] === '' ? Infinity : Number(range['to']), content.length - 1);
    const said = { 'content-range': `bytes ${from}-${to}/${content.length}`, 'content-length': to - from + 1 };
    response.writeHead(206, { ...headers, ...said });
    response.end(content.subarray(from, to + 1));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
