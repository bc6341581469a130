import { GetLineage, RequestFlatten } from '@imago/contracts';
import { isOwn, type RequestContext, shownTo } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { idempotencyKeyOf } from '../edge/idempotency-key.ts';
import { noBody } from '../edge/json-bodies.ts';
import { idInPath } from '../edge/path-ids.ts';
import { regionOf } from '../edge/region-prefix.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { AcceptedJobs } from '../jobs/accepted-jobs.ts';

/** What an image comes from, and making it stand alone. */
@Controller('v1/images/:image_id')
export class ImageLineageController {
  constructor(
    private readonly requests: RequestClient,
    private readonly accepted: AcceptedJobs,
  ) {}

  @Get('lineage')
  async lineage(
    @Param('image_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const wanted = { image_id: idInPath(id, 'image.not_found'), region };
    const { image, copied_from, ancestors, layers } = await this.requests.send(GetLineage, wanted, { context });
    const { id: image_id, name, status, origin, created_at } = shownTo(image, context);
    const isCallers = isOwn(image.owner, context);
    const line = isCallers ? ancestors : ancestors.map((each) => ({ ...each, origin: null }));
    const copied = isCallers ? copied_from : null;
    return { image_id, name, status, origin, created_at, copied_from: copied, layers, ancestors: line };
  }

  @Post('flatten')
  @HttpCode(202)
  async flatten(
    @Param('image_id') id: string,
    @Body({ schema: noBody }) _body: undefined,
    @Context() context: RequestContext,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const image_id = idInPath(id, 'image.not_found');
    const wanted = { image_id, region: regionOf(request).name, idempotency_key: idempotencyKeyOf(request) };
    const accepted = await this.requests.send(RequestFlatten, wanted, { context });
    return this.accepted.answer(accepted, { request, response, context });
  }
}
