import { readFile } from 'node:fs/promises';
import { TrustedKeys } from '@imago/offline-bundle';
import { Inject, Injectable } from '@nestjs/common';
import { IMPORT_CONFIG } from '../config-token.ts';
import type { ImportConfig } from '../config.ts';

/** The keys whose bundles are believed here, as their file has them now: one that is taken out counts no more at once. */
@Injectable()
export class BundleKeys {
  constructor(@Inject(IMPORT_CONFIG) private readonly config: Pick<ImportConfig, 'IMPORT_BUNDLE_KEYS_FILE'>) {}

  /** @throws Error when the file cannot be read or has a key of another kind */
  async trusted(): Promise<TrustedKeys> {
    const file = this.config.IMPORT_BUNDLE_KEYS_FILE;
    return TrustedKeys.fromPem(file === undefined ? '' : await readFile(file, 'utf8'));
  }
}
