import { ConfirmApplied, ListAudit, ListImageEvents, type RequestOf, type ResponseOf } from '@imago/contracts';
import { AppliedEvents, OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { FindAudit } from './find-audit.ts';
import { FindImageEvents } from './find-image-events.ts';

/** What other services ask the log. */
@Controller()
export class LogController {
  constructor(
    private readonly appliedEvents: AppliedEvents,
    private readonly findImageEvents: FindImageEvents,
    private readonly findAudit: FindAudit,
  ) {}

  /** Tells nothing but whether an event has been applied; its id is known to whoever caused it. */
  @OnRequest(ConfirmApplied)
  async confirmApplied(
    @Payload() request: RequestOf<typeof ConfirmApplied>,
  ): Promise<ResponseOf<typeof ConfirmApplied>> {
    return { applied: await this.appliedEvents.confirm(request.event_ids, request.wait_ms) };
  }

  @OnRequest(ListAudit)
  async listAudit(
    @Payload() request: RequestOf<typeof ListAudit>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ListAudit>> {
    return this.findAudit.execute(request, call.context);
  }

  @OnRequest(ListImageEvents)
  async listImageEvents(
    @Payload() request: RequestOf<typeof ListImageEvents>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ListImageEvents>> {
    return this.findImageEvents.execute(request, call.context);
  }
}
