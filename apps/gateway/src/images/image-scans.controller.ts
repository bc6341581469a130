import { GetImageScan, RequestImageScan } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { idempotencyKeyOf } from '../edge/idempotency-key.ts';
import { noBody } from '../edge/json-bodies.ts';
import { idInPath } from '../edge/path-ids.ts';
import { regionOf } from '../edge/region-prefix.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { AcceptedJobs } from '../jobs/accepted-jobs.ts';

/** What is in the files of an image: a scan is a job, and what it came to stays beside the image. */
@Controller('v1/images/:image_id')
export class ImageScansController {
  constructor(
    private readonly requests: RequestClient,
    private readonly accepted: AcceptedJobs,
  ) {}

  @Post('scans')
  @HttpCode(202)
  async create(
    @Param('image_id') id: string,
    @Body({ schema: noBody }) _body: undefined,
    @Context() context: RequestContext,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const image_id = idInPath(id, 'image.not_found');
    const wanted = { image_id, region: regionOf(request).name, idempotency_key: idempotencyKeyOf(request) };
    const accepted = await this.requests.send(RequestImageScan, wanted, { context });
    return this.accepted.answer(accepted, { request, response, context });
  }

  @Get('scan')
  async show(
    @Param('image_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const wanted = { image_id: idInPath(id, 'image.not_found'), region };
    const { image_id, scan } = await this.requests.send(GetImageScan, wanted, { context });
    return { image_id, ...scan };
  }
}
