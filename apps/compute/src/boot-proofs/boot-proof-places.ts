import { refusal } from '@imago/contracts';
import { Regions } from '@imago/object-store';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { COMPUTE_CONFIG } from '../config-token.ts';
import { type ComputeConfig, hostOf } from '../config.ts';
import { LIVE_HOST } from '../hosts/hosts.repository.ts';

/**
 * Where this host boots images: any live host of an image's region may, so that a proof does not depend on one host.
 * Those of a region without a live host are taken by whoever is there, who says so: every job ends.
 */
@Injectable()
export class BootProofPlaces {
  readonly #host: string;

  constructor(
    private readonly db: DataSource,
    private readonly regionList: Regions,
    @Inject(COMPUTE_CONFIG) config: ComputeConfig,
  ) {
    this.#host = hostOf(config);
  }

  /** The regions whose proofs this host takes now. */
  async regions(): Promise<readonly string[]> {
    const rows: { region: string }[] = await this.db.query(
      `SELECT region FROM unnest($1::text[]) AS region
       WHERE EXISTS (SELECT 1 FROM compute.hosts own WHERE own.region = region.region AND host_id = $2 AND ${LIVE_HOST})
          OR NOT EXISTS (SELECT 1 FROM compute.hosts any_host WHERE any_host.region = region.region AND ${LIVE_HOST})`,
      [this.regionList.names, this.#host],
    );
    return rows.map(({ region }) => region);
  }

  /**
   * This host is one of the region, and can work.
   * @throws Refusal server.host_not_available
   */
  async require(region: string): Promise<void> {
    const live: unknown[] = await this.db.query(
      `SELECT 1 FROM compute.hosts WHERE host_id = $1 AND region = $2 AND ${LIVE_HOST}`,
      [this.#host, region],
    );
    if (live.length === 0) {
      throw refusal('server.host_not_available', `No host of region ${region} can boot images now.`, { region });
    }
  }
}
