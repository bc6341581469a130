import { bootstrapService, loadConfig } from '@imago/service';
import { captureService } from './capture-service.ts';
import { captureConfig } from './config.ts';

await bootstrapService(captureService(loadConfig(captureConfig, process.env)));
