import { bootstrapService, loadConfig } from '@imago/service';
import { computeService } from './compute-service.ts';
import { computeConfig } from './config.ts';

await bootstrapService(computeService(loadConfig(computeConfig, process.env)));
