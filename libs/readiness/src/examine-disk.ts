import type { ReadinessReport } from '@imago/contracts';
import type { Declared } from './declared.ts';
import { DEFAULT_READINESS_LIMITS, type ReadinessLimits } from './disk/budget.ts';
import { CachedDisk, type ExaminedDisk } from './disk/cached-disk.ts';
import { printable } from './disk/printable.ts';
import { SourceFailure } from './disk/unreadable.ts';
import { factsOf } from './disk-facts.ts';
import { examineSystem } from './examine-system.ts';
import { fileSystemsPoint, partitionTablePoint } from './points/disk-points.ts';
import { makePoint, worstStatus } from './report.ts';
import type { Volume } from './volumes/volumes.ts';

/** How an examination is done. */
export interface ExaminationOptions {
  readonly signal: AbortSignal;
  readonly limits?: Partial<ReadinessLimits>;
}

/**
 * Says whether a disk is fit for servers. Whatever is on the disk, it answers, within its limits; only a failure of the
 * source, or the signal, is thrown, as it came.
 */
export async function examineDisk(
  disk: ExaminedDisk,
  declared: Declared,
  { signal, limits }: ExaminationOptions,
): Promise<ReadinessReport> {
  const cached = new CachedDisk(disk, { signal, limits: { ...DEFAULT_READINESS_LIMITS, ...limits } });
  try {
    return await examine(cached, declared);
  } catch (error) {
    throw error instanceof SourceFailure ? error.cause : error;
  }
}

async function examine(disk: CachedDisk, declared: Declared): Promise<ReadinessReport> {
  const { facts, failure } = await factsOf(disk);
  const give = <T>(finding: T): Promise<T> => (failure ? Promise.reject(failure) : Promise.resolve(finding));
  const points = [
    await makePoint('partition_table', () => give(partitionTablePoint(facts, declared))),
    await makePoint('file_systems', () => give(fileSystemsPoint(facts, declared))),
  ];
  const isData = declared.image_type === 'data_disk';
  const system = isData ? null : await examineSystem(facts, declared, disk.budget);
  points.push(...(system?.points ?? []));
  return {
    status: worstStatus(points.map(({ status }) => status)),
    points,
    operating_system: system?.operatingSystem ?? null,
    partition_table: facts.table?.kind ?? null,
    file_systems: facts.volumes.flatMap(describeVolume),
    bytes_read: disk.budget.bytesRead,
  };
}

function describeVolume({ where, content }: Volume): ReadinessReport['file_systems'] {
  if (content.type === 'file_system') {
    const { type, uuid } = content.system;
    return [{ where: printable(where), type, uuid }];
  }
  return content.type === 'other'
    ? [{ where: printable(where), type: content.name, uuid: content.uuid && printable(content.uuid, 64) }]
    : [];
}
