import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isObjectId, removeExport, writeExport } from '../disk-server/exports.ts';
import { diskServerSocket } from '../disk-server/socket-path.ts';
import type { DiskServer } from './disk-server.ts';

const SUFFIX = '.json';

/** The disk server that serves the exports of a directory, in whatever process it runs. */
export function directoryDiskServer(directory: string): DiskServer {
  const socket = diskServerSocket(directory);
  return {
    publish: async (base) => {
      await writeExport(directory, base);
      return { socket, export: base.object_id };
    },
    withdraw: (objectId) => removeExport(directory, objectId),
    published: async () => {
      const names = await readdir(join(directory, 'exports')).catch(() => []);
      return names
        .filter((name) => name.endsWith(SUFFIX))
        .map((name) => name.slice(0, -SUFFIX.length))
        .filter(isObjectId);
    },
  };
}
