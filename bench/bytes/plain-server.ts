import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// The least a server can do with a file: PUT reads it and keeps nothing, GET sends it from the disk. A process of its
// own, as the gateway is. Says its port to its parent.

const [path = ''] = process.argv.slice(2);

const server = createServer((request, response) => {
  if (request.method === 'PUT') {
    request.on('data', () => undefined);
    request.on('end', () => response.writeHead(204).end());
    return;
  }
  response.writeHead(200, { 'content-length': statSync(path).size, 'content-type': 'application/octet-stream' });
  createReadStream(path).pipe(response);
});

server.listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port);
});
