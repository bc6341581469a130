import { requireAllowed, type RequestContext } from '@imago/identity';
import { Controller, Get } from '@nestjs/common';
import { Context, Region } from '../edge/request-parameters.ts';
import type { OperationsReport } from './operations-report.ts';
import { Operations } from './operations.ts';

/** How the installation is doing: what operators look at first. */
@Controller('v1/operator/operations')
export class OperationsController {
  constructor(private readonly operations: Operations) {}

  @Get()
  async show(@Region() region: string, @Context() context: RequestContext): Promise<OperationsReport> {
    requireAllowed('operations.get', context, 'operator');
    return this.operations.report(region, context);
  }
}
