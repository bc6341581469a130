import {
  CompareHolds,
  CompareMembers,
  CorrectHolds,
  CorrectMembers,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { requireService } from '../images/image-access.ts';
import { MemberTruth } from '../members/member-truth.ts';
import { HoldTruth } from '../objects/hold-truth.ts';

/** What neighbours hold against catalog: the truth is theirs. */
@Controller()
export class ComparisonsController {
  constructor(
    private readonly members: MemberTruth,
    private readonly holds: HoldTruth,
  ) {}

  @OnRequest(CompareMembers)
  async compareMembers(
    @Payload() request: RequestOf<typeof CompareMembers>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof CompareMembers>> {
    requireService(context);
    return { differences: await this.members.compare(request) };
  }

  @OnRequest(CorrectMembers)
  async correctMembers(
    @Payload() { region, images }: RequestOf<typeof CorrectMembers>,
    @Ctx() { context, cause }: RequestCall,
  ): Promise<ResponseOf<typeof CorrectMembers>> {
    requireService(context);
    return { corrected: [...(await this.members.correct(region, images, cause))] };
  }

  @OnRequest(CompareHolds)
  async compareHolds(
    @Payload() request: RequestOf<typeof CompareHolds>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof CompareHolds>> {
    requireService(context);
    return { differences: await this.holds.compare(request) };
  }

  @OnRequest(CorrectHolds)
  async correctHolds(
    @Payload() { holds }: RequestOf<typeof CorrectHolds>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof CorrectHolds>> {
    requireService(context);
    return { corrected: [...(await this.holds.correct(holds))] };
  }
}
