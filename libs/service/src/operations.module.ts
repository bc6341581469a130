import { Controller, type DynamicModule, Get, Header, Module, Res } from '@nestjs/common';
import type { Response } from 'express';
import { register } from 'prom-client';
import { Health } from './health.ts';

@Controller('health')
class HealthController {
  constructor(private readonly health: Health) {}

  /** The process runs. Touches nothing, so that a slow database does not get it killed. */
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  async ready(@Res({ passthrough: true }) response: Response): Promise<object> {
    const faults = await this.health.faults();
    if (Object.keys(faults).length === 0) return { status: 'ok' };
    response.status(503);
    return { status: 'not_ready', faults };
  }
}

@Controller('metrics')
class MetricsController {
  @Get()
  @Header('Content-Type', register.contentType)
  metrics(): Promise<string> {
    return register.metrics();
  }
}

/** What an operator asks of every service: is it alive, is it ready, what does it measure. */
@Module({})
export class OperationsModule {
  static forRoot(health: Health): DynamicModule {
    return {
      module: OperationsModule,
      controllers: [HealthController, MetricsController],
      providers: [{ provide: Health, useValue: health }],
    };
  }
}
