import { refusal, RequestOfflineImport } from '@imago/contracts';
import { IdentityProvider, requireAllowed, type RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { idempotencyKeyOf } from '../edge/idempotency-key.ts';
import { regionOf } from '../edge/region-prefix.ts';
import { Context } from '../edge/request-parameters.ts';
import { AcceptedJobs } from '../jobs/accepted-jobs.ts';
import { type OfflineImportBody, offlineImportBody, projectOf, toOrder } from './offline-import-body.ts';

/** Files that operators bring on behalf of projects. */
@Controller('v1/operator/offline-imports')
export class OfflineImportsController {
  constructor(
    private readonly requests: RequestClient,
    private readonly accepted: AcceptedJobs,
    private readonly identity: IdentityProvider,
  ) {}

  @Post()
  @HttpCode(202)
  async create(
    @Body({ schema: offlineImportBody }) body: OfflineImportBody,
    @Context() context: RequestContext,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    requireAllowed('offline_import.create', context, 'operator');
    const project = projectOf(body);
    if (!(await this.identity.hasProject(project)))
      throw refusal('project.not_found', `There is no project ${project}.`, { project_id: project });
    const wanted = {
      region: regionOf(request).name,
      idempotency_key: idempotencyKeyOf(request),
      source: body.source,
      order: toOrder(body),
      unscanned_reason: body.unscanned_reason,
    };
    const accepted = await this.requests.send(RequestOfflineImport, wanted, { context });
    return this.accepted.answer(accepted, { request, response, context });
  }
}
