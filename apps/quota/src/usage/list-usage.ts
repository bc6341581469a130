import {
  type ListUsage as ListUsageContract,
  refusal,
  type RequestOf,
  type ResponseOf,
  type UsageGrouping,
  type UsageLine,
} from '@imago/contracts';
import { decide, requireAllowed, type RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RegionNames } from '../limits/region-names.ts';
import { CHARGED_HOURS } from './charged-hours.ts';
import { Clock } from './clock.ts';

type Request = RequestOf<typeof ListUsageContract>;

const DAY = 86_400_000;
const MOST_DAYS = 366;
const GIB = 2n ** 30n;
const MICRO = 1_000_000n;

/** What each way of adding up keeps apart. */
const GROUPS: Readonly<Record<UsageGrouping, { readonly from: string; readonly image: string }>> = {
  hour: { from: 'hour', image: 'NULL::uuid' },
  day: { from: `date_trunc('day', hour, 'UTC')`, image: 'NULL::uuid' },
  image: { from: 'NULL::timestamptz', image: 'image_id' },
  image_hour: { from: 'hour', image: 'image_id' },
};

interface Row {
  readonly project_id: string;
  readonly from: Date | null;
  readonly image_id: string | null;
  readonly images: number;
  readonly byte_hours: string;
}

/** What projects have used, computed from the periods whenever it is asked for. */
@Injectable()
export class ListUsage {
  constructor(
    private readonly db: DataSource,
    private readonly regions: RegionNames,
    private readonly clock: Clock,
  ) {}

  /** @throws Refusal request.not_found for another project's, auth.forbidden, region.not_found, usage.range */
  async execute(request: Request, context: RequestContext): Promise<ResponseOf<typeof ListUsageContract>> {
    const project = projectAsked(request, context);
    this.regions.require(request.region);
    requireRange(request);
    const { from, image } = GROUPS[request.by];
    const rows: Row[] = await this.db.query(
      `SELECT project_id, ${from} AS "from", ${image} AS image_id, count(DISTINCT image_id)::integer AS images,
         sum(bytes)::text AS byte_hours
       FROM (${CHARGED_HOURS}) AS charged
       WHERE $6::uuid IS NULL OR image_id = $6
       GROUP BY 1, 2, 3 ORDER BY 2 NULLS FIRST, 1, 3 LIMIT $7 OFFSET $8`,
      [
        ...[request.region, project, request.from, request.to, this.clock.now()],
        ...[request.image_id, request.limit + 1, request.offset],
      ],
    );
    return { usage: rows.slice(0, request.limit).map(toLine), more: rows.length > request.limit };
  }
}

function toLine({ from, byte_hours, ...row }: Row): UsageLine {
  return { ...row, from: from?.toISOString() ?? null, byte_hours, gib_hours: gibHours(BigInt(byte_hours)) };
}

/** GiB-hours with six digits, rounded to the nearest. */
export function gibHours(byteHours: bigint): string {
  const micro = (byteHours * MICRO + GIB / 2n) / GIB;
  return `${micro / MICRO}.${String(micro % MICRO).padStart(6, '0')}`;
}

/** Null: every project's, which only operators see. */
function projectAsked({ project_id }: Request, context: RequestContext): string | null {
  const isOwn = project_id === context.project_id;
  const seesAll = decide('usage.get', { roles: context.roles, relation: 'none' }) === 'allow';
  if (!seesAll) requireAllowed('usage.get', context, isOwn ? 'owner' : 'none');
  return project_id;
}

/** @throws Refusal usage.range */
function requireRange({ from, to }: Request): void {
  const length = Date.parse(to) - Date.parse(from);
  if (length > 0 && length <= MOST_DAYS * DAY) return;
  throw refusal('usage.range', `From ${from} to ${to} is no range of at most ${MOST_DAYS} days.`, { from, to });
}
