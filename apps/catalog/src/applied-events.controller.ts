import { ConfirmCatalogApplied, type RequestOf, type ResponseOf } from '@imago/contracts';
import { AppliedEvents, OnRequest } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';

/** Answers whoever must not go on before catalog knows what it knows. */
@Controller()
export class AppliedEventsController {
  constructor(private readonly applied: AppliedEvents) {}

  /** Tells nothing but whether an event has been applied; its id is known to whoever caused it. */
  @OnRequest(ConfirmCatalogApplied)
  async confirm(
    @Payload() request: RequestOf<typeof ConfirmCatalogApplied>,
  ): Promise<ResponseOf<typeof ConfirmCatalogApplied>> {
    return { applied: await this.applied.confirm(request.event_ids, request.wait_ms) };
  }
}
