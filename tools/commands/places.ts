import { join, resolve } from 'node:path';

/** The checkout. */
export const ROOT = join(import.meta.dirname, '../..');

/** Where an installation keeps everything: IMAGO_DIRECTORY, else `.imago` of the checkout. */
export const DIRECTORY = resolve(ROOT, process.env['IMAGO_DIRECTORY'] ?? '.imago');

/** Where a running installation says where it is, and with which names and keys it is used. */
export const RUN_FILE = join(DIRECTORY, 'run.json');

/** Where the services' logs and the files they read are. */
export const SERVICES_DIRECTORY = join(DIRECTORY, 'services');

/** The URL of the services' broker, for the operator's commands. */
export const BROKER_FILE = join(SERVICES_DIRECTORY, 'amqp-url');
