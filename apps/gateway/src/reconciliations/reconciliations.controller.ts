import {
  RECONCILIATION_REQUESTS,
  reconciliationName,
  type ReconciliationReport,
  RECONCILIATIONS,
  type ReconciliationName,
} from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { z } from 'zod';
import { Context, Region } from '../edge/request-parameters.ts';

const NAMES = Object.keys(RECONCILIATIONS) as ReconciliationName[];

const startBody = z.strictObject({ names: z.array(reconciliationName).min(1).max(NAMES.length).default(NAMES) });

/** The comparisons of truths that have to agree: what they found, and making them now. */
@Controller('v1/operator/reconciliations')
export class ReconciliationsController {
  constructor(private readonly requests: RequestClient) {}

  @Get()
  async list(
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<{ readonly reports: readonly ReconciliationReport[] }> {
    requireAllowed('reconciliation.list', context, 'operator');
    const answers = await Promise.all(
      Object.values(RECONCILIATION_REQUESTS).map(({ list }) => this.requests.send(list, { region }, { context })),
    );
    return { reports: answers.flatMap(({ reports }) => reports) };
  }

  /** They take a while: their reports say when they have ended. */
  @Post()
  @HttpCode(202)
  async start(
    @Body({ schema: startBody }) { names }: z.output<typeof startBody>,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<{ readonly started: readonly ReconciliationName[] }> {
    requireAllowed('reconciliation.start', context, 'operator');
    const answers = await Promise.all(
      Object.values(RECONCILIATION_REQUESTS).map(({ start }) =>
        this.requests.send(start, { region, names }, { context }),
      ),
    );
    return { started: answers.flatMap(({ started }) => started) };
  }
}
