import type { PartRecord } from '@imago/disk-image';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** A stored part: what the writer needs to go on after it, and what the verification compares. */
export interface StoredPart {
  readonly record: PartRecord;
  readonly crc32: number;
}

/** The journal of transfers. */
@Injectable()
export class Parts {
  constructor(private readonly db: DataSource) {}
}
