import { join, resolve } from 'node:path';

/** The checkout. */
export const ROOT = join(import.meta.dirname, '../..');

/** Where an installation keeps everything: IMAGO_DIRECTORY, else `.imago` of the checkout. */
export const DIRECTORY = resolve(ROOT, process.env['IMAGO_DIRECTORY'] ?? '.imago');

/** Where a running installation says where it is, and with which names and keys it is used. */
export const RUN_FILE = join(DIRECTORY, 'run.json');
