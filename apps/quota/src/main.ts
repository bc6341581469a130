import { bootstrapService, loadConfig } from '@imago/service';
import { quotaConfig } from './config.ts';
import { quotaService } from './quota-service.ts';

await bootstrapService(quotaService(loadConfig(quotaConfig, process.env)));
