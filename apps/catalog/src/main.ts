import { bootstrapService, loadConfig } from '@imago/service';
import { catalogService } from './catalog-service.ts';
import { catalogConfig } from './config.ts';

await bootstrapService(catalogService(loadConfig(catalogConfig, process.env)));
