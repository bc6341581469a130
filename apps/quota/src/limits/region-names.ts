import { readFileSync } from 'node:fs';
import { refusal, regionName } from '@imago/contracts';
import { z } from 'zod';

/** Of the regions file, quota reads the names alone: it has no business with stores and their keys. */
const regionsFile = z.array(z.object({ name: regionName })).min(1);

/** The regions of this installation. */
export class RegionNames {
  constructor(readonly all: readonly string[]) {}

  /** @throws Refusal region.not_found */
  require(name: string): string {
    if (!this.all.includes(name)) throw refusal('region.not_found', `There is no region ${name}.`);
    return name;
  }
}

/** Reads the regions file once, at start; a fault in it stops the process. */
export function loadRegionNames(path: string): RegionNames {
  return new RegionNames(regionsFile.parse(JSON.parse(readFileSync(path, 'utf8'))).map(({ name }) => name));
}
