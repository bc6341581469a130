import {
  AnswerShares as AnswerSharesContract,
  ListShares as ListSharesContract,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { AnswerShares } from './answer-shares.ts';
import { ListShares } from './list-shares.ts';

/** What the receivers of images ask. */
@Controller()
export class InboxController {
  constructor(
    private readonly listShares: ListShares,
    private readonly answerShares: AnswerShares,
  ) {}

  @OnRequest(ListSharesContract)
  async list(
    @Payload() request: RequestOf<typeof ListSharesContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ListSharesContract>> {
    return this.listShares.execute(request, call.context);
  }

  @OnRequest(AnswerSharesContract)
  async answer(
    @Payload() request: RequestOf<typeof AnswerSharesContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof AnswerSharesContract>> {
    return this.answerShares.execute(request, call);
  }
}
