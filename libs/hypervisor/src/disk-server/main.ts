import { loadRegions } from '@imago/object-store';
import { loadDiskServerConfig } from './config.ts';
import { DiskServer } from './disk-server.ts';
import { type Log, reasonOf } from './log.ts';

/**
 * The disk server as a process of its own. It logs JSON lines to its standard error and says one line on its standard
 * output when it serves: `{"socket", "pid"}`. SIGTERM and SIGINT end it; so does the end of whoever started it.
 */
const MIB = 2 ** 20;
const GIB = 2 ** 30;
/** Milliseconds until an end that does not come is made. */
const LAST_MOMENT = 10_000;

const log: Log = (level, msg, fields) => {
  const line = { level, time: new Date().toISOString(), service: 'disk-server', pid: process.pid, ...fields, msg };
  process.stderr.write(`${JSON.stringify(line)}\n`);
};
// Whoever read them is gone, and so are we in a moment.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  const config = loadDiskServerConfig(process.env);
  const regions = loadRegions(config.IMAGO_REGIONS_FILE);
  let isEnding = false;
  let end = (): void => process.exit(0);
  const endOnce = (): void => {
    if (isEnding) return;
    isEnding = true;
    setTimeout(() => process.exit(1), LAST_MOMENT).unref();
    end();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, endOnce);
  if (config.DISK_SERVER_WITH_PARENT) process.stdin.on('end', endOnce).on('error', endOnce).resume();
  const server = await DiskServer.start({
    directory: config.DISK_SERVER_DIRECTORY,
    storeOf: (region) => regions.get(region).store,
    cacheLimit: config.DISK_SERVER_CACHE_GIB * GIB,
    tableMemory: config.DISK_SERVER_TABLES_MIB * MIB,
    log,
  });
  end = (): void => {
    void server.stop().then(() => {
      log('info', 'ended');
      process.exit(0);
    });
  };
  log('info', 'serving', { socket: server.socket });
  process.stdout.write(`${JSON.stringify({ socket: server.socket, pid: process.pid })}\n`);
} catch (error) {
  log('error', 'cannot serve', { reason: reasonOf(error) });
  process.exit(1);
}
