import type { ErrorEntry } from './error-codes.ts';

/** What keeps a server from becoming an image. */
export const CAPTURE_ERRORS = {
  'capture.not_generalizable': {
    kind: 'invalid',
    remedy: 'Capture the data disk without `generalize`: no operating system is mended on it.',
  },
  'capture.disk_changed': {
    kind: 'conflict',
    remedy: 'Stop the server and capture it again: its disk was written while it was read.',
  },
  'capture.disk_unreadable': {
    kind: 'internal',
    remedy: 'Start the server and look whether its disk is whole; the operator has been alerted.',
  },
  'capture.verification_failed': {
    kind: 'internal',
    remedy: 'Capture the server again; the operator has been alerted.',
  },
} as const satisfies Record<string, ErrorEntry>;
