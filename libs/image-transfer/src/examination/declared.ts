import type { RegisteredFacts } from '@imago/contracts';
import type { Declared } from '@imago/readiness';

export type { Declared };

/** What is said of an image when it is registered, as far as its disk can be held against it. */
export function declaredOf(facts: RegisteredFacts): Declared {
  const { image_type, architecture, os_distro, os_version, boot_mode } = facts;
  return {
    image_type,
    architecture: architecture ?? null,
    os_distro: os_distro ?? null,
    os_version: os_version ?? null,
    boot_mode,
  };
}
