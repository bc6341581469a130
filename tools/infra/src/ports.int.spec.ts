import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { choosePort, freePort } from './ports.ts';

it('hands out ports that a server can have, none twice', async () => {
  const ports = await Promise.all(Array.from({ length: 100 }, () => freePort()));
  expect(new Set(ports).size).toBe(100);
  const servers = ports.map((port) => createServer().listen(port, '127.0.0.1'));
  await Promise.all(servers.map((server) => new Promise((done) => server.once('listening', done))));
  for (const server of servers) server.close();
});

it('takes the port that the environment names, or any when it names none', async () => {
  const port = await freePort();
  expect(await choosePort('SOME_PORT', { SOME_PORT: String(port) })).toBe(port);
  expect(await choosePort('SOME_PORT', { SOME_PORT: '' })).toBeGreaterThan(0);
  expect(await choosePort('SOME_PORT', {})).toBeGreaterThan(0);
});

it.each(['0', '65536', '80a', '-1', '1.5'])('refuses %j, which is no port', async (text) => {
  await expect(choosePort('SOME_PORT', { SOME_PORT: text })).rejects.toThrow('SOME_PORT is not a TCP port.');
});
