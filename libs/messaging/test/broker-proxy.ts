import { createServer, connect, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A way to the broker that a test can cut, as a crashed broker or a broken network would. */
export interface BrokerProxy {
  readonly amqpUrl: string;
  /** Resets every connection at once; new ones may come. */
  cut(): void;
  /** Lets nobody in until `open`. */
  shut(): void;
  open(): void;
  close(): Promise<void>;
}

export async function brokerProxy(amqpUrl: string): Promise<BrokerProxy> {
  const target = new URL(amqpUrl);
  const sockets = new Set<Socket>();
  let shut = false;
  const server = createServer((near) => {
    if (shut) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(Number(target.port), target.hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true).pipe(other);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(amqpUrl);
  url.port = String((server.address() as AddressInfo).port);
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    amqpUrl: url.href,
    cut,
    shut: () => {
      shut = true;
      cut();
    },
    open: () => {
      shut = false;
    },
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
