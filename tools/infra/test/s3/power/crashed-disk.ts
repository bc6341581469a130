import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Random } from '../../seeded-random.ts';
import type { DiskEvent, FileIdentity } from './recorded-disk.ts';

/** What a disk writes at once or not at all. */
const SECTOR = 512;

/** What a recorded disk has, or a part of it, to see what would be if the rest had been left out. */
export interface Recording {
  readonly directory: string;
  readonly events: readonly DiskEvent[];
}

/**
 * Makes `target` look as the disk may look after a power failure at `moment`: what was synced is there, and of all else
 * any part, as chance will have it: names and bytes, later ones without earlier ones, sectors of a write, zeros for
 * bytes that never came. `random` of 0 keeps nothing that was not synced, and nearly 1 keeps all.
 */
export async function crashedDisk(recording: Recording, moment: number, random: Random, target: string): Promise<void> {
  const past = recording.events.filter(({ begun }) => begun <= moment);
  for (const [path, found] of namesAfter(past, moment, random)) {
    const place = join(target, relative(recording.directory, path));
    // A file whose directory is lost is lost with it; to make the directory again would only help.
    if (found === 'directory') await mkdir(place, { recursive: true });
    else {
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, bytesAfter(past, moment, { file: found, random }));
    }
  }
}

type Entry = FileIdentity | 'directory' | undefined;

interface NameChange {
  readonly event: DiskEvent;
  readonly entry: Entry;
}

/** What stands under each name. The changes of one name keep their order; those of different names know no order. */
function namesAfter(
  past: readonly DiskEvent[],
  moment: number,
  random: Random,
): Map<string, Exclude<Entry, undefined>> {
  const changes = new Map<string, NameChange[]>();
  const note = (path: string, event: DiskEvent, entry: Entry): void => {
    changes.set(path, [...(changes.get(path) ?? []), { event, entry }]);
  };
  for (const event of past) {
    const { change } = event;
    if (change.type === 'make_directory') note(change.path, event, 'directory');
    if (change.type === 'create') note(change.path, event, change.file);
    if (change.type === 'remove') note(change.path, event, undefined);
    if (change.type === 'rename') {
      note(change.from, event, undefined);
      note(change.to, event, change.file);
    }
  }
  const syncs = past.filter(({ change, ended }) => change.type === 'sync_directory' && ended <= moment);
  const isCertain = ({ change, ended }: DiskEvent, path: string): boolean =>
    ended === 0 ||
    (change.type === 'make_directory' && ended <= moment) || // it syncs by itself
    syncs.some((sync) => sync.begun > ended && 'path' in sync.change && sync.change.path === dirname(path));
  const names = new Map<string, Exclude<Entry, undefined>>();
  for (const [path, ofName] of changes) {
    const certain = ofName.findLastIndex(({ event }) => isCertain(event, path));
    const reached = certain + Math.floor(random() * (ofName.length - certain));
    const entry = ofName[reached]?.entry;
    if (entry !== undefined) names.set(path, entry);
  }
  return names;
}

function bytesAfter(
  past: readonly DiskEvent[],
  moment: number,
  { file, random }: { readonly file: FileIdentity; readonly random: Random },
): Buffer {
  const syncs = past.filter(({ change, ended }) => change.type === 'sync' && change.file === file && ended <= moment);
  let bytes = Buffer.alloc(0);
  for (const { change, ended } of past) {
    if (!('file' in change) || change.file !== file) continue;
    const certain = ended === 0 || syncs.some((sync) => sync.begun > ended);
    if (change.type === 'truncate' && (certain || random() > 0.5)) bytes = bytes.subarray(0, change.length);
    if (change.type !== 'write') continue;
    const longer = Buffer.alloc(Math.max(bytes.length, change.at + change.bytes.length));
    bytes.copy(longer);
    if (certain) {
      change.bytes.copy(longer, change.at);
      bytes = longer;
    } else if (random() > 0.3) bytes = keepSome(longer, change, random);
  }
  return bytes;
}

/** The file has grown, and of the sectors of the write some have come. */
function keepSome(
  file: Buffer<ArrayBuffer>,
  { at, bytes }: { readonly at: number; readonly bytes: Buffer },
  random: Random,
): Buffer<ArrayBuffer> {
  const share = random();
  for (let from = 0; from < bytes.length;) {
    const to = Math.min(bytes.length, from + SECTOR - ((at + from) % SECTOR));
    if (random() < share) bytes.copy(file, at + from, from, to);
    from = to;
  }
  return random() < 0.3 ? file.subarray(0, at + Math.floor(random() * bytes.length)) : file;
}
