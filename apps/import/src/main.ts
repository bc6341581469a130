import { bootstrapService, loadConfig } from '@imago/service';
import { importConfig } from './config.ts';
import { importService } from './import-service.ts';

await bootstrapService(importService(loadConfig(importConfig, process.env)));
