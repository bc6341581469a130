import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { ProvisionError } from './provision-error.ts';

const handedOut = new Set<number>();

/**
 * A free TCP port on the loopback interface. Below the kernel's range for outgoing connections, so that a client's
 * connection does not take it between this check and the server's start. Never the same one twice in a process.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(20_000, 32_000);
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    if (await isFree(port)) return port;
  }
  throw new ProvisionError('No free TCP port was found on 127.0.0.1.', 'Stop programs that hold ports 20000 to 32000.');
}

/** The port asked for in `variable` of the environment, checked, or a free one. */
export async function choosePort(variable: string, env: NodeJS.ProcessEnv): Promise<number> {
  const text = env[variable];
  if (text === undefined || text === '') return freePort();
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new ProvisionError(`${variable} is not a TCP port.`, 'Set it to a number from 1 to 65535.');
  if (!(await isFree(port)))
    throw new ProvisionError(
      `Port ${port} (${variable}) is in use.`,
      'Stop the program that holds it or set another port.',
    );
  return port;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => {
      done(false);
    });
    server.listen(port, '127.0.0.1', () =>
      server.close(() => {
        done(true);
      }),
    );
  });
}
