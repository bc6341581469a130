import { join } from 'node:path';

/** Where the caches of all objects are. */
export function cachesOf(directory: string): string {
  return join(directory, 'cache');
}

/** Where the cache of one object is: `data` and `journal`. */
export function cacheOf(directory: string, objectId: string): string {
  return join(cachesOf(directory), objectId);
}
