import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { openInstallation } from './import/installation.ts';
import { convertThroughScratch } from './import/incumbent.ts';
import { importThroughImago } from './import/ours.ts';
import { makeSources } from './import/sources.ts';
import { measureStages } from './import/stages.ts';

// npm run bench:import: how fast a file in a bucket becomes a stored image, beside the way everybody else does it and
// beside the limit of this machine, all in one run. Prints one table; needs about 5 GB of disk while it runs.

const GIB = 2 ** 30;
const MIB = 2 ** 20;
/** The range a reader asks for at once; half of it on average is what the issue allows. */
const RANGE = 8 * MIB;

const say = (line: string): void => {
  console.error(line);
};

const installation = await openInstallation(say);
const rows: Record<string, Record<string, string | number>> = {};
try {
  const sources = await makeSources(installation);
  // A service that runs has imported before: its code is compiled and its connections are open.
  for (const source of sources) await importThroughImago(installation, source);
  for (const source of sources) {
    say(`${source.name}: through Imago`);
    const ours = await importThroughImago(installation, source);
    say(`${source.name}: GET to scratch, qemu-img convert, PUT`);
    const theirs = await convertThroughScratch(installation, source);
    say(`${source.name}: each stage alone`);
    const stages = await measureStages(installation, source, ours.storedSize);
    const limit = stages.cpuSeconds / availableParallelism();
    rows[source.name] = {
      'file MiB': Math.round(source.size / MIB),
      'disk data MiB': Math.round(source.data / MIB),
      'stored MiB': Math.round(ours.storedSize / MIB),
      'qemu-img stored MiB': Math.round(theirs.storedSize / MIB),
      'import s': round(ours.seconds),
      'scratch + convert s': round(theirs.seconds),
      'ratio to scratch + convert': round(ours.seconds / theirs.seconds),
      'stages CPU s / cores': round(limit),
      'ratio to that limit': round(ours.seconds / limit),
      'CPU s per GiB of data': round(ours.cpuSeconds / (source.data / GIB)),
      'ranged reads': stages.reads,
      'reads allowed': Math.ceil((2 * source.size) / RANGE),
      'peak resident MiB': Math.round(ours.peakResidentMib),
      ...Object.fromEntries(Object.entries(stages.parts).map(([name, cpu]) => [`CPU s of ${name}`, round(cpu)])),
    };
    await rm(source.path);
  }
} finally {
  await installation.close();
}
console.table(transposed(rows));

function round(figure: number): number {
  return Number(figure.toFixed(2));
}

/** One column a source, which reads better than one row. */
function transposed(table: typeof rows): typeof rows {
  const names = Object.keys(Object.values(table)[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [
      name,
      Object.fromEntries(Object.entries(table).map(([source, row]) => [source, row[name] ?? ''])),
    ]),
  );
}
