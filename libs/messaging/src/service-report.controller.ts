import { type ReportingService, SERVICE_REPORTS, type ServiceReport } from '@imago/contracts';
import { requireAllowed } from '@imago/identity';
import { Controller, Inject, type Type } from '@nestjs/common';
import { Ctx } from '@nestjs/microservices';
import { OnRequest, type RequestCall } from './decorators.ts';
import { MessagingHealth } from './messaging-health.ts';

const STARTED_AT = new Date(Date.now() - performance.now()).toISOString();

/** The controller with which a service answers for itself, to operators. */
export function serviceReportController(service: ReportingService): Type {
  @Controller()
  class ServiceReportController {
    constructor(@Inject(MessagingHealth) private readonly health: MessagingHealth) {}

    @OnRequest(SERVICE_REPORTS[service])
    async report(_request: object, @Ctx() { context }: RequestCall): Promise<ServiceReport> {
      requireAllowed('operations.get', context, 'operator');
      return { started_at: STARTED_AT, ...(await this.health.report()) };
    }
  }
  return ServiceReportController;
}
