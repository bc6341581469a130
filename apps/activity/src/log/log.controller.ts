import { ConfirmApplied, ListEvents, ListImageEvents, type RequestOf, type ResponseOf } from '@imago/contracts';
import { AppliedEvents, OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { FindEvents } from './find-events.ts';
import { FindImageEvents } from './find-image-events.ts';

/** What other services ask the log. */
@Controller()
export class LogController {
  constructor(
    private readonly appliedEvents: AppliedEvents,
    private readonly findImageEvents: FindImageEvents,
    private readonly findEvents: FindEvents,
  ) {}

  /** Tells nothing but whether an event has been applied; its id is known to whoever caused it. */
  @OnRequest(ConfirmApplied)
  async confirmApplied(
    @Payload() request: RequestOf<typeof ConfirmApplied>,
  ): Promise<ResponseOf<typeof ConfirmApplied>> {
    return { applied: await this.appliedEvents.confirm(request.event_ids, request.wait_ms) };
  }

  @OnRequest(ListEvents)
  async listEvents(
    @Payload() request: RequestOf<typeof ListEvents>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ListEvents>> {
    return this.findEvents.execute(request, call.context);
  }

  @OnRequest(ListImageEvents)
  async listImageEvents(
    @Payload() request: RequestOf<typeof ListImageEvents>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ListImageEvents>> {
    return this.findImageEvents.execute(request, call.context);
  }
}
