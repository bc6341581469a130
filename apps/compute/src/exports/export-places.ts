import { refusal } from '@imago/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { COMPUTE_CONFIG } from '../config-token.ts';
import { type ComputeConfig, hostOf } from '../config.ts';
import { HostsRepository } from '../hosts/hosts.repository.ts';
import type { ServerRow } from '../servers/server.row.ts';
import { ExportAddress } from './export-address.ts';
import { exportToken } from './export-token.ts';

/** Milliseconds a token is good for; who still reads after that asks for another one. */
const TOKEN_LIFE = 15 * 60_000;

/** A disk and the lock it is read under. */
export interface DiskLock {
  readonly lock_id: string;
  readonly disk_id: string;
}

/** Where the export of a locked disk is, and what opens it. */
export interface ExportPlace {
  readonly url: string;
  readonly token: string;
}

/** Tells captures where they read: at the host of the server, whichever host they ask. */
@Injectable()
export class ExportPlaces {
  constructor(
    private readonly hosts: HostsRepository,
    private readonly address: ExportAddress,
    @Inject(COMPUTE_CONFIG) private readonly config: ComputeConfig,
  ) {}

  /** @throws Refusal server.host_not_available */
  async of(tx: EntityManager, { host_id, region }: ServerRow, { lock_id, disk_id }: DiskLock): Promise<ExportPlace> {
    const told = await this.hosts.exportUrl(tx, host_id, region);
    // After a restart this host knows better than what it said of itself before.
    const url = told !== null && host_id === hostOf(this.config) ? (this.address.url ?? told) : told;
    if (url === null) throw refusal('server.host_not_available', 'The host of the server cannot be reached now.');
    const token = exportToken(lock_id, Date.now() + TOKEN_LIFE, this.config.IMAGO_CONTEXT_KEY);
    return { url: `${url}/exports/${lock_id}/${disk_id}`, token };
  }
}
