import { bootstrapService, loadConfig } from '@imago/service';
import { sharingConfig } from './config.ts';
import { sharingService } from './sharing-service.ts';

await bootstrapService(sharingService(loadConfig(sharingConfig, process.env)));
