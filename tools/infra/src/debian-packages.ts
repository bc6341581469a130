import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { withLock } from './process-lock.ts';
import { ProvisionError } from './provision-error.ts';
import { CommandError, commandWorks, runCommand } from './run-command.ts';

/** Programs of the distribution, unpacked below a directory of ours: nothing is installed, no root is needed. */
export interface PackageBundle {
  /** Directory name in the cache. */
  readonly name: string;
  /** What the programs are for, for messages. */
  readonly title: string;
  readonly packages: readonly string[];
  /** Packages that are unpacked even when this machine has them installed, since their files refer to each other. */
  readonly always: RegExp;
  /** Take the matching packages alone, without what they depend on: for bundles of files, which nobody runs here. */
  readonly only?: RegExp;
  /** Programs (paths in the packages) that get a starter of their name in `bin`, which finds the bundle's libraries. */
  readonly programs?: readonly string[];
  /** What shows that a program runs here, where it does not know `--version`. */
  readonly harmless?: string;
  /** Directories below those of the libraries that hold some too. */
  readonly libraries?: readonly string[];
  /** Its programs are to find its fonts. */
  readonly fonts?: true;
  /** What runs the programs, where they are scripts: theirs names a place outside the bundle. */
  readonly interpreter?: Interpreter;
  /** What a person may do instead, one sentence. */
  readonly remedy: string;
}

/** A program of the bundle (path in the packages) and what it is told before the script. */
export interface Interpreter {
  readonly program: string;
  readonly options: readonly string[];
}

export interface PackageCache {
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
}

const LISTS_FRESH_MS = 12 * 3_600_000;
const LISTS_NEW_MS = 60_000;
const UNREACHABLE = /Could not resolve|Could not connect|Connection (failed|timed out|refused)|Network is unreachable/i;

/**
 * Directory with the unpacked files of a bundle and of the dependencies that this machine lacks; fetched at the first
 * call, kept in the cache after that. Complete or absent: it is unpacked beside its place and renamed.
 */
export async function unpackBundle(bundle: PackageBundle, cache: PackageCache): Promise<string> {
  const root = join(cache.directory, bundle.name);
  if (await exists(root)) return root;
  await mkdir(cache.directory, { recursive: true });
  return withLock(
    root,
    async () => {
      if (await exists(root)) return root; // another process was first
      await requireApt(bundle);
      cache.report(`Fetching ${bundle.title} from the distribution's packages`);
      await fetchAndUnpack(bundle, root, cache);
      return root;
    },
    cache.signal,
  );
}

/** Library directories below an unpacked root, for LD_LIBRARY_PATH. */
export async function libraryPath(root: string): Promise<string> {
  const found: string[] = [];
  for (const base of ['usr/lib', 'lib']) {
    const entries = await readdir(join(root, base)).catch(() => []);
    found.push(...entries.filter((entry) => entry.includes('-linux-')).map((entry) => join(root, base, entry)));
  }
  return found.join(':');
}

/** The starters find the bundle by their own place, so that a checkout can be moved. */
async function writeStarters(
  { programs = [], libraries = [], interpreter, fonts }: PackageBundle,
  files: string,
): Promise<void> {
  await mkdir(join(files, 'bin'), { recursive: true });
  const directories = (await libraryPath(files)).replaceAll(files, '$root').split(':');
  const all = [...directories, ...libraries.flatMap((name) => directories.map((directory) => join(directory, name)))];
  const runner = interpreter === undefined ? [] : [`"$root/${interpreter.program}"`, ...interpreter.options];
  for (const program of programs) {
    const lines = [
      '#!/bin/sh',
      'root=$(dirname "$(dirname "$(readlink -f "$0")")")',
      `export LD_LIBRARY_PATH="${all.join(':')}"`,
      ...(fonts === true ? ['export XDG_DATA_HOME="$root/usr/share"'] : []),
      ['exec', ...runner, `"$root/${program}" "$@"`].join(' '),
    ];
    await writeFile(join(files, 'bin', basename(program)), `${lines.join('\n')}\n`, { mode: 0o755 });
  }
}

async function requireApt({ title, remedy }: PackageBundle): Promise<void> {
  if ((await commandWorks('apt-get', ['--version'])) && (await commandWorks('dpkg-deb', ['--version']))) return;
  throw new ProvisionError(`${title} cannot be fetched: this system has no apt-get.`, remedy);
}

async function fetchAndUnpack(bundle: PackageBundle, root: string, cache: PackageCache): Promise<void> {
  const draft = await mkdtemp(`${root}.new-`);
  try {
    const debs = join(draft, 'debs');
    await mkdir(debs);
    const names = await download(bundle, debs, cache);
    const files = join(draft, 'root');
    await mkdir(files);
    for (const deb of await readdir(debs))
      await runCommand('dpkg-deb', ['-x', join(debs, deb), files], { signal: cache.signal });
    await writeFile(join(files, 'packages.txt'), names.map((name) => `${name}\n`).join(''));
    await writeStarters(bundle, files);
    await rename(files, root);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new ProvisionError(`${bundle.title} could not be fetched: ${causeOf(error)}.`, bundle.remedy, error);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Downloads with the lists at hand; when those name versions that are gone by now, once more with new lists. */
async function download(bundle: PackageBundle, debs: string, cache: PackageCache): Promise<string[]> {
  const aptDirectory = join(cache.directory, 'apt');
  const attempt = async (maxAge: number): Promise<string[]> => {
    const apt = await privateApt(aptDirectory, debs, { maxAge, signal: cache.signal });
    const names = await missingPackages(bundle, apt);
    await runCommand('apt-get', [...apt.options, 'download', ...names], apt);
    return names;
  };
  try {
    return await attempt(LISTS_FRESH_MS);
  } catch (error) {
    if (!(error instanceof CommandError) || UNREACHABLE.test(error.stderr)) throw error;
    return attempt(LISTS_NEW_MS);
  }
}

interface PrivateApt {
  readonly options: readonly string[];
  readonly cwd: string;
  readonly signal: AbortSignal;
}

/**
 * An apt with its own lists and cache and an empty record of installed packages: it needs no root, waits for no lock of
 * the system, and resolves dependencies the same way whatever state the machine's packages are in.
 */
async function privateApt(
  directory: string,
  cwd: string,
  { maxAge, signal }: { maxAge: number; signal: AbortSignal },
): Promise<PrivateApt> {
  const status = join(directory, 'status');
  const options = ['-qq', '--no-install-recommends', ...settings(directory, status)];
  await withLock(
    directory,
    async () => {
      for (const part of ['lists/partial', 'cache/archives/partial'])
        await mkdir(join(directory, part), { recursive: true });
      if (!(await exists(status))) await writeFile(status, ''); // a new one would make apt read all lists again
      const stamp = join(directory, 'updated');
      if (Date.now() - (await modified(stamp)) < maxAge) return;
      await runCommand('apt-get', [...options, '--error-on=any', 'update'], { signal });
      await writeFile(stamp, '');
    },
    signal,
  );
  return { options, cwd, signal };
}

function settings(directory: string, status: string): string[] {
  return [
    `Dir::State::lists=${directory}/lists`,
    `Dir::Cache=${directory}/cache`,
    'Dir::Cache::pkgcache=pkgcache.bin', // container images switch these two off
    'Dir::Cache::srcpkgcache=srcpkgcache.bin',
    `Dir::State::status=${status}`,
    'Debug::NoLocking=1',
    'APT::Sandbox::User=', // the sandbox's user cannot reach a closed checkout
    'Acquire::Languages=none',
    'Acquire::Retries=2',
    'Acquire::Retries::Delay::Maximum=1', // seconds; without a network nobody should wait long for the message
    'Acquire::http::Timeout=30',
  ].flatMap((setting) => ['-o', setting]);
}

/** What apt would install on an empty machine, less what this machine has. */
async function missingPackages({ packages, always, only }: PackageBundle, apt: PrivateApt): Promise<string[]> {
  const plan = await runCommand('apt-get', [...apt.options, '-s', 'install', ...packages], apt);
  const planned = [...plan.matchAll(/^Inst (\S+)/gm)].flatMap(([, name]) => name ?? []);
  if (only) return planned.filter((name) => only.test(name)).sort();
  const installed = await installedPackages(apt.signal);
  return planned.filter((name) => always.test(name) || !installed.has(name)).sort();
}

async function installedPackages(signal: AbortSignal): Promise<Set<string>> {
  const list = await runCommand('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Package}\\n'], { signal });
  return new Set([...list.matchAll(/^installed (\S+)$/gm)].flatMap(([, name]) => name ?? []));
}

function causeOf({ stderr }: CommandError): string {
  if (UNREACHABLE.test(stderr)) return 'the package archive cannot be reached from here (is there a network?)';
  if (/Unable to locate package|has no installation candidate/i.test(stderr))
    return "the distribution's package archive does not have it";
  if (/No space left/i.test(stderr)) return 'the disk is full';
  const last = stderr.trim().split('\n').at(-1) ?? '';
  return (
    last
      .replaceAll(/\S*:\/\/\S+/g, '(archive)')
      .replace(/^E: /, '')
      .replace(/\.$/, '') || 'apt-get failed'
  );
}

async function exists(path: string): Promise<boolean> {
  return (await modified(path)) > 0;
}

async function modified(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
