import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { libraryPath, unpackBundle } from './debian-packages.ts';
import type { PackageBundle, PackageCache } from './debian-packages.ts';

export const RABBITMQ_INSTEAD =
  'Install rabbitmq-server, or set IMAGO_AMQP_URL and IMAGO_RABBITMQ_MANAGEMENT_URL to a running RabbitMQ.';

const bundle: PackageBundle = {
  name: 'rabbitmq',
  title: 'RabbitMQ',
  packages: ['rabbitmq-server'],
  always: /^(erlang-|rabbitmq-server$)/,
  remedy: RABBITMQ_INSTEAD,
};

/** Where RabbitMQ's and Erlang's programs are, and what they need in their environment. */
export interface RabbitMqPrograms {
  readonly server: string;
  readonly epmd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The machine's own RabbitMQ when it is installed there (its files alone; its service is not touched), else ours. */
export async function rabbitMqPrograms(cache: PackageCache, forcePrivate: boolean): Promise<RabbitMqPrograms> {
  // Not the command on PATH: that one is a wrapper which changes the user.
  const installed = '/usr/lib/rabbitmq/bin/rabbitmq-server';
  const systemEpmd = '/usr/lib/erlang/bin/epmd';
  if (!forcePrivate && (await isFile(installed)) && (await isFile(systemEpmd)))
    return { server: installed, epmd: systemEpmd, env: { PATH: searchPath([]) } };
  const root = await unpackBundle(bundle, cache);
  const erlang = join(root, 'usr/lib/erlang');
  await relocateErlang(join(erlang, 'bin/erl'));
  return {
    server: join(root, 'usr/lib/rabbitmq/bin/rabbitmq-server'),
    epmd: join(erlang, 'bin/epmd'),
    env: {
      PATH: searchPath([join(erlang, 'bin'), join(root, 'usr/bin')]),
      LD_LIBRARY_PATH: await libraryPath(root),
      IMAGO_ERLANG_ROOT: erlang,
    },
  };
}

/** Erlang's start script has its installed place written in it; ours takes it from the environment instead. */
async function relocateErlang(script: string): Promise<void> {
  const text = await readFile(script, 'utf8');
  const moved = text.replaceAll(/ROOTDIR=\/usr\/lib\/erlang$/gm, 'ROOTDIR="${IMAGO_ERLANG_ROOT:-/usr/lib/erlang}"');
  if (moved === text) return;
  const draft = `${script}.${process.pid}`;
  await writeFile(draft, moved, { mode: 0o755 });
  await rename(draft, script);
}

function searchPath(first: readonly string[]): string {
  return [...first, '/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(':');
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
