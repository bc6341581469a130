import type { components } from '../gateway/openapi.ts';

/** A server as the gateway shows it. */
export type Server = components['schemas']['Server'];

export const SERVER_STATUSES = [
  'building',
  'running',
  'stopped',
  'failed',
] as const satisfies readonly Server['status'][];
export type ServerStatus = (typeof SERVER_STATUSES)[number];

/** What can be done with it now; everything else would be refused. */
export function canDo({ status, task }: Server) {
  const free = task === null;
  return {
    start: free && status === 'stopped',
    stop: free && status === 'running',
    reboot: free && status === 'running',
    change_os: free && status === 'stopped',
    capture: free && status === 'stopped',
    delete: task === null || task === 'creating',
  };
}
