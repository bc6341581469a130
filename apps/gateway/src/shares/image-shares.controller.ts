import { ListImageShares, ShareImage, UnshareImage } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { z } from 'zod';
import { OwnWrites } from '../edge/own-writes.ts';
import { idInPath } from '../edge/path-ids.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { ScanOfShared } from './scan-of-shared.ts';
import { batchAnswer, onlyShare } from './batch-answer.ts';
import { requireSomeIds, sentIds } from './sent-ids.ts';

const projectsBody = z.strictObject({ project_ids: sentIds });
type ProjectsBody = z.output<typeof projectsBody>;

/** With whom the owner of an image shares it. The next list of whoever is meant shows it as it is answered here. */
@Controller('v1/images/:image_id/shares')
export class ImageSharesController {
  constructor(
    private readonly requests: RequestClient,
    private readonly ownWrites: OwnWrites,
    private readonly scans: ScanOfShared,
  ) {}

  @Get()
  async list(
    @Param('image_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const wanted = { image_id: idInPath(id, 'image.not_found'), region, requires_shared: false };
    const { shares, figures } = await this.requests.send(ListImageShares, wanted, { context });
    return { shares, quota: figures };
  }

  @Post()
  @HttpCode(200)
  async share(
    @Param('image_id') id: string,
    @Body({ schema: projectsBody }) { project_ids }: ProjectsBody,
    @Region() region: string,
    @Res({ passthrough: true }) response: Response,
    @Context() context: RequestContext,
  ): Promise<object> {
    const image_id = idInPath(id, 'image.not_found');
    const wanted = { image_id, region, project_ids: requireSomeIds(project_ids, 'project_ids'), opens: true };
    const { results, figures, event_ids } = await this.requests.send(ShareImage, wanted, { context });
    const [scan, seen] = await Promise.all([
      this.scans.of({ image_id, region }, context),
      this.ownWrites.seen(event_ids, context),
    ]);
    return { ...batchAnswer(results, response), quota: figures, scan, ...seen };
  }

  @Post('cancel')
  @HttpCode(200)
  async cancelMany(
    @Param('image_id') id: string,
    @Body({ schema: projectsBody }) { project_ids }: ProjectsBody,
    @Region() region: string,
    @Res({ passthrough: true }) response: Response,
    @Context() context: RequestContext,
  ): Promise<object> {
    const image_id = idInPath(id, 'image.not_found');
    const wanted = { image_id, region, project_ids: requireSomeIds(project_ids, 'project_ids'), closes: true };
    const { results, figures, event_ids } = await this.requests.send(UnshareImage, wanted, { context });
    return { ...batchAnswer(results, response), quota: figures, ...(await this.ownWrites.seen(event_ids, context)) };
  }

  @Delete(':project_id')
  @HttpCode(204)
  async cancel(
    @Param('image_id') id: string,
    @Param('project_id') project: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<void> {
    const wanted = { image_id: idInPath(id, 'image.not_found'), region, project_ids: [project.slice(0, 255)] };
    const { results, event_ids } = await this.requests.send(UnshareImage, { ...wanted, closes: true }, { context });
    onlyShare(results);
    await this.ownWrites.seen(event_ids, context);
  }
}
