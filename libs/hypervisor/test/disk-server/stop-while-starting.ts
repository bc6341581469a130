import { DiskServerProcess } from '../../src/index.ts';

/** A process that stops a disk server while that starts, and has nothing to do any more then. */
const [, , directory = '', regionsFile = ''] = process.argv;
const server = new DiskServerProcess({ directory, regionsFile, cacheGib: 1, log: 'ignore' });
const starting = server.start().then(
  () => 'started',
  () => 'not started',
);
await server.stop();
process.stdout.write(await starting);
