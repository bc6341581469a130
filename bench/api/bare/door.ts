import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'amqplib';

// The least a door can do: what comes is asked of one queue, and what comes back is the answer, whatever it is. It knows
// nobody and checks nothing. A process of its own, as the gateway is. Says its port to its parent.

const [amqpUrl = '', queue = ''] = process.argv.slice(2);
const DIRECT_REPLY = 'amq.rabbitmq.reply-to';

const channel = await (await connect(amqpUrl, { noDelay: true })).createChannel();
const open = new Map<string, (answer: Buffer) => void>();
const take = (id: string, answer: Buffer): void => {
  open.get(id)?.(answer);
  open.delete(id);
};
await channel.consume(
  DIRECT_REPLY,
  (message) => {
    if (message !== null) take(String(message.properties.correlationId), message.content);
  },
  { noAck: true },
);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const id = randomUUID();
    open.set(id, (answer) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer);
    });
    const asked = { path: request.url, body: Buffer.concat(chunks).toString() };
    channel.sendToQueue(queue, Buffer.from(JSON.stringify(asked)), { correlationId: id, replyTo: DIRECT_REPLY });
  });
});
server.listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port);
});
