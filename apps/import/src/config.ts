import { isAllowList } from '@imago/outbound';
import { reconciliationEnvironment } from '@imago/reconciliation';
import { serviceEnvironment } from '@imago/service';
import { z } from 'zod';

/** What the import service reads from its environment, once, at start. */
export const importConfig = z.object({
  ...serviceEnvironment,
  ...reconciliationEnvironment,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  AMQP_URL: z.url({ protocol: /^amqps?$/ }),
  IMAGO_CONTEXT_KEY: z.string().regex(/^([0-9a-f]{2}){32,}$/i),
  IMAGO_REGIONS_FILE: z.string().min(1),
  /** Imports at the same time in one process. One keeps it under 250 MiB, two under 300; more processes are the other way. */
  IMPORT_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(1),
  /** Seconds a claimed job stays claimed without a sign of life. */
  IMPORT_LEASE_SECONDS: z.coerce.number().int().min(2).max(600).default(15),
  /** Seconds without a byte or a phase after which an attempt is given up. */
  IMPORT_STALL_SECONDS: z.coerce.number().int().min(2).max(3600).default(60),
  /** Attempts an import gets before it has failed. */
  IMPORT_MAXIMUM_ATTEMPTS: z.coerce.number().int().min(1).max(100).default(5),
  /** Seconds after which an admission nobody finished is taken back. Longer than any request lives. */
  IMPORT_ADMISSION_SECONDS: z.coerce.number().int().min(1).max(3600).default(60),
  /** Preflights at the same time in one process, each of another project. Each reads as an import does that has not begun to store. */
  IMPORT_PREFLIGHTS: z.coerce.number().int().min(1).max(64).default(4),
  /** Seconds a preflight may take; what it has not found out by then is unknown. The request's own deadline ends it earlier. */
  IMPORT_PREFLIGHT_SECONDS: z.coerce.number().min(0.1).max(60).default(15),
  /** Encrypts what opens tenants' files in the database: 32 bytes in hexadecimal digits, the same for all replicas. */
  IMPORT_SECRET_KEY: z.string().regex(/^[0-9a-f]{64}$/i),
  /** The public keys (PEM, Ed25519) whose signatures of bundles are believed; read anew for each. Without it none is. */
  IMPORT_BUNDLE_KEYS_FILE: z.string().min(1).optional(),
  /** Lets URLs and endpoints of tenants' object stores be plain http. */
  IMPORT_OUTBOUND_HTTP: z.stringbool().default(false),
  /** Networks, addresses and host names that imports may reach although they are not public, separated by commas. */
  IMPORT_OUTBOUND_ALLOW: z.string().default('').refine(isAllowList, {
    message: 'must be networks, addresses and host names, separated by commas',
  }),
  /** A file of certificates (PEM) that imports trust besides the usual ones. */
  IMPORT_OUTBOUND_CA_FILE: z.string().min(1).optional(),
  /** Seconds a connection to a tenant's server may take. */
  IMPORT_OUTBOUND_CONNECT_SECONDS: z.coerce.number().min(0.05).max(60).default(5),
  /** Seconds a tenant's server may be silent, or slower than 1 KiB a second, before a request is tried again. */
  IMPORT_OUTBOUND_SILENCE_SECONDS: z.coerce.number().min(0.1).max(600).default(30),
  /** Seconds between the first two attempts of a request to a tenant's server; each wait is twice the one before. */
  IMPORT_OUTBOUND_RETRY_SECONDS: z.coerce.number().min(0.01).max(10).default(0.5),
  /** Connections of one process to one tenant's server at the same time. */
  IMPORT_OUTBOUND_CONNECTIONS: z.coerce.number().int().min(1).max(64).default(4),
  /** The largest file that may be imported from a URL. */
  IMPORT_URL_MAXIMUM_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .max(5 * 2 ** 40)
    .default(2 ** 40),
  /** Refuses imports from URLs without a checksum. */
  IMPORT_URL_CHECKSUM_REQUIRED: z.stringbool().default(false),
  /** Object stores of its own that a project may have in a region. */
  IMPORT_OBJECT_STORES_PER_PROJECT: z.coerce.number().int().min(0).max(1000).default(10),
  /** Seconds an upload through the gateway stays open without a sign of life. */
  IMPORT_UPLOAD_LEASE_SECONDS: z.coerce.number().int().min(2).max(600).default(30),
  /** Seconds between two looks for uploads that wait for somebody: their gateway is gone, they expired, they are to be erased. */
  IMPORT_UPLOAD_SWEEP_SECONDS: z.coerce.number().min(0.05).max(600).default(2),
  /** The largest file that may be uploaded. Parts of any size follow from it. */
  IMPORT_UPLOAD_MAXIMUM_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .max(5 * 2 ** 40)
    .default(2 ** 40),
  /** Seconds a staged file waits for its import, from when it was whole; then it is erased and its image is queued again. */
  IMPORT_STAGED_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(365 * 86_400)
    .default(86_400),
  /** Uploads in parts that a project may have in a region before they are imported or deleted. */
  IMPORT_UPLOADS_PER_PROJECT: z.coerce.number().int().min(0).max(10_000).default(20),
  /** Bytes that all of these together may announce. */
  IMPORT_UPLOAD_BYTES_PER_PROJECT: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 50)
    .default(2 ** 42),
  /** Seconds after which an upload in parts is abandoned: while it is open since its last question, then since it was whole. */
  IMPORT_UPLOAD_EXPIRY_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(365 * 86_400)
    .default(7 * 86_400),
  /** Seconds a signed URL of a part is good for; another one can be had at any time. */
  IMPORT_UPLOAD_URL_SECONDS: z.coerce.number().int().min(1).max(86_400).default(3600),
  /** Uploads in parts that one process makes one object of, and compares with their hash, at the same time. */
  IMPORT_UPLOAD_SEALS: z.coerce.number().int().min(1).max(64).default(2),
  /** Scans of images at the same time in one process; they share one scanner. */
  IMPORT_SCANS: z.coerce.number().int().min(1).max(16).default(1),
  /** Seconds a scan may take; what it has not looked at by then is told as not looked at. */
  IMPORT_SCAN_SECONDS: z.coerce.number().min(0.01).max(86_400).default(3600),
  /** MiB of a file that are scanned, and half of what may be unpacked of it; longer files are told as not looked at in full. */
  IMPORT_SCAN_FILE_MIB: z.coerce.number().int().min(1).max(2000).default(512),
  /** MiB of memory the scanner may ask for. ClamAV's own signatures take 1.5 GiB. */
  IMPORT_SCAN_MEMORY_MIB: z.coerce.number().int().min(64).max(65_536).default(6144),
  /** Seconds the scanner may take to read its signatures. */
  IMPORT_SCAN_START_SECONDS: z.coerce.number().min(0.1).max(3600).default(300),
  /** Seconds the scanner is kept, with its signatures in memory, when nobody needs it. */
  IMPORT_SCAN_IDLE_SECONDS: z.coerce.number().min(0).max(86_400).default(300),
  /** ClamAV's daemon, which scans run for themselves. Where it is missing, images are not scanned. */
  IMPORT_SCAN_CLAMD: z.string().min(1).default('clamd'),
  /** Bubblewrap, which shuts the scanner in. Where it is missing, images are not scanned. */
  IMPORT_SCAN_BUBBLEWRAP: z.string().min(1).default('bwrap'),
  /** The directory of ClamAV's signature database, which somebody else keeps up to date. */
  IMPORT_SCAN_SIGNATURES: z.string().min(1).default('/var/lib/clamav'),
  /** Days after which a signature database is too old for anything to be called clean. */
  IMPORT_SCAN_SIGNATURE_DAYS: z.coerce.number().min(0).max(3650).default(7),
  /** Where programs without a path are looked for. */
  PATH: z.string().default('/usr/bin:/bin'),
});

export type ImportConfig = z.output<typeof importConfig>;
