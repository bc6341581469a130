import { refusal } from '@imago/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { IMPORT_CONFIG } from '../config-token.ts';
import type { ImportConfig } from '../config.ts';

/**
 * How many preflights one process does at a time: so many in all, and one of a project, so that a project that asks
 * again and again, or for files of a server that never answers, keeps nobody else from asking.
 */
@Injectable()
export class PreflightSlots {
  readonly #projects = new Set<string>();

  constructor(@Inject(IMPORT_CONFIG) private readonly config: Pick<ImportConfig, 'IMPORT_PREFLIGHTS'>) {}

  /**
   * @returns what gives the slot back.
   * @throws Refusal import.preflight_busy
   */
  take(projectId: string): () => void {
    if (this.#projects.has(projectId))
      throw refusal('import.preflight_busy', 'A preflight of your project is under way.');
    if (this.#projects.size >= this.config.IMPORT_PREFLIGHTS)
      throw refusal('import.preflight_busy', 'As many preflights are under way as there may be.');
    this.#projects.add(projectId);
    return () => {
      this.#projects.delete(projectId);
    };
  }
}
