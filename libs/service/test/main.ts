import { z } from 'zod';
import { bootstrapService } from '../src/bootstrap-service.ts';
import { loadConfig, serviceEnvironment } from '../src/config.ts';
import { exampleModule } from './example-service.ts';

const config = loadConfig(z.object(serviceEnvironment), process.env);
await bootstrapService({ service: 'example', module: exampleModule, config });
