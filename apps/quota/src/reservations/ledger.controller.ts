import {
  CompareLedger as CompareLedgerContract,
  CorrectLedger as CorrectLedgerContract,
  refusal,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { CompareLedger } from './compare-ledger.ts';
import { CorrectLedger } from './correct-ledger.ts';

/** What catalog asks to hold the ledger against its images. */
@Controller()
export class LedgerController {
  constructor(
    private readonly compareLedger: CompareLedger,
    private readonly correctLedger: CorrectLedger,
  ) {}

  @OnRequest(CompareLedgerContract)
  async compare(
    @Payload() request: RequestOf<typeof CompareLedgerContract>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof CompareLedgerContract>> {
    requireService(context);
    return { differences: await this.compareLedger.execute(request) };
  }

  @OnRequest(CorrectLedgerContract)
  async correct(
    @Payload() request: RequestOf<typeof CorrectLedgerContract>,
    @Ctx() { context, cause }: RequestCall,
  ): Promise<ResponseOf<typeof CorrectLedgerContract>> {
    requireService(context);
    return { corrected: [...(await this.correctLedger.execute(request, cause))] };
  }
}

/** @throws Refusal auth.forbidden */
function requireService({ roles }: RequestContext): void {
  if (!roles.includes('service')) throw refusal('auth.forbidden', 'Only services may do this.');
}
