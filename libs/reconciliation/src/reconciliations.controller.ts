import {
  RECONCILIATION_REQUESTS,
  type ReconcilingService,
  refusal,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller, type Type } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { Reconciler } from './reconciler.ts';

type Requests = (typeof RECONCILIATION_REQUESTS)[ReconcilingService];

/** The controller through which operators see and start the comparisons of a service. */
export function reconciliationsController(service: ReconcilingService): Type {
  const requests = RECONCILIATION_REQUESTS[service];

  @Controller()
  class ReconciliationsController {
    constructor(private readonly reconciler: Reconciler) {}

    @OnRequest(requests.list)
    async list(
      @Payload() { region }: RequestOf<Requests['list']>,
      @Ctx() { context }: RequestCall,
    ): Promise<ResponseOf<Requests['list']>> {
      requireOperation(context);
      return { reports: [...(await this.reconciler.list(region))] };
    }

    @OnRequest(requests.start)
    async start(
      @Payload() { region, names }: RequestOf<Requests['start']>,
      @Ctx() { context }: RequestCall,
    ): Promise<ResponseOf<Requests['start']>> {
      requireOperation(context);
      return { started: [...(await this.reconciler.start(region, names))] };
    }
  }
  return ReconciliationsController;
}

/** @throws Refusal auth.forbidden */
function requireOperation({ roles }: RequestContext): void {
  if (roles.includes('admin') || roles.includes('service')) return;
  throw refusal('auth.forbidden', 'Comparisons are for operators.');
}
