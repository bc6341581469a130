import { join, resolve } from 'node:path';

/** The checkout. */
export const ROOT = join(import.meta.dirname, '../..');

/**
 * The compiler, TypeScript 7. By its path: the linters' 6.0 brings a `tsc` along, and npm links whichever of the two it
 * comes to last.
 */
export const TSC = join(ROOT, 'node_modules/typescript-7/bin/tsc');

/** Where an installation keeps everything: IMAGO_DIRECTORY, else `.imago` of the checkout. */
export const DIRECTORY = resolve(ROOT, process.env['IMAGO_DIRECTORY'] ?? '.imago');

/** Where a running installation says where it is, and with which names and keys it is used. */
export const RUN_FILE = join(DIRECTORY, 'run.json');

/** Where the services' logs and the files they read are. */
export const SERVICES_DIRECTORY = join(DIRECTORY, 'services');

/** The URL of the services' broker, for the operator's commands. */
export const BROKER_FILE = join(SERVICES_DIRECTORY, 'amqp-url');
