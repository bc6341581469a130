import { outboxMaintenance } from '@imago/messaging';
import { CreateCatalog1764000000000 } from './1764000000000-create-catalog.ts';
import { HoldForServers1764200000000 } from './1764200000000-hold-for-servers.ts';
import { Copies1764900000000 } from './1764900000000-copies.ts';
import { Readiness1765000000000 } from './1765000000000-readiness.ts';
import { BootProofs1765240000000 } from './1765240000000-boot-proofs.ts';
import { FullMachines1765300000000 } from './1765300000000-full-machines.ts';
import { Generalizations1765404000000 } from './1765404000000-generalizations.ts';
import { ClosedByOperator1765405000000 } from './1765405000000-closed-by-operator.ts';
import { ImageImports1765410000000 } from './1765410000000-image-imports.ts';
import { Metadefs1765420000000 } from './1765420000000-metadefs.ts';
import { ImageScans1765430000000 } from './1765430000000-image-scans.ts';
import { Scrubs1765440000000 } from './1765440000000-scrubs.ts';
import { Sharing1764400000000 } from './1764400000000-sharing.ts';
import { Layers1764300000000 } from './1764300000000-layers.ts';
import { Reconciliations1764500000000 } from './1764500000000-reconciliations.ts';

/** Every migration of this service, oldest first; none is edited once merged. */
export const CATALOG_MIGRATIONS = [
  CreateCatalog1764000000000,
  HoldForServers1764200000000,
  Layers1764300000000,
  Sharing1764400000000,
  Reconciliations1764500000000,
  Copies1764900000000,
  Readiness1765000000000,
  BootProofs1765240000000,
  FullMachines1765300000000,
  outboxMaintenance('catalog'),
  Generalizations1765404000000,
  ClosedByOperator1765405000000,
  ImageImports1765410000000,
  Metadefs1765420000000,
  ImageScans1765430000000,
  Scrubs1765440000000,
];
