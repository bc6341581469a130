import { bootstrapService, loadConfig } from '@imago/service';
import { gatewayConfig } from './config.ts';
import { gatewayService } from './gateway-service.ts';

await bootstrapService(gatewayService(loadConfig(gatewayConfig, process.env)));
