import { z } from 'zod';

/** What the disk server reads from its environment, once, at start. */
export const diskServerConfig = z.object({
  /** Where its exports and caches are; one process at a time. */
  DISK_SERVER_DIRECTORY: z.string().min(1),
  /** The regions and their object stores. */
  IMAGO_REGIONS_FILE: z.string().min(1),
  /** GiB that the clusters cached on this host may take; 0 caches nothing. */
  DISK_SERVER_CACHE_GIB: z.coerce.number().min(0).max(65_536),
  /** MiB that the tables of uploaded qcow2 files may take together while they are read; one takes up to 130. */
  DISK_SERVER_TABLES_MIB: z.coerce.number().int().min(1).max(1_048_576).default(512),
  /** Whether it ends when its standard input does: when the process that started it is gone. */
  DISK_SERVER_WITH_PARENT: z.stringbool().default(false),
});

export type DiskServerConfig = Readonly<z.output<typeof diskServerConfig>>;

/** @throws Error that names every fault and no value. */
export function loadDiskServerConfig(env: NodeJS.ProcessEnv): DiskServerConfig {
  const result = diskServerConfig.safeParse(env);
  if (!result.success) throw new Error(`The environment is not valid.\n${z.prettifyError(result.error)}`);
  return Object.freeze(result.data);
}

/** What a child inherits: TMPDIR is part of where the socket is, the rest is for operators to set. */
export function inheritedEnvironment(): NodeJS.ProcessEnv {
  const { PATH, TMPDIR, DISK_SERVER_TABLES_MIB } = process.env;
  return { PATH, TMPDIR, DISK_SERVER_TABLES_MIB };
}
