import { bootstrapService, loadConfig } from '@imago/service';
import { exportConfig } from './config.ts';
import { exportService } from './export-service.ts';

await bootstrapService(exportService(loadConfig(exportConfig, process.env)));
