import { activityService } from './activity-service.ts';
import { activityConfig } from './config.ts';
import { bootstrapService, loadConfig } from '@imago/service';

await bootstrapService(activityService(loadConfig(activityConfig, process.env)));
