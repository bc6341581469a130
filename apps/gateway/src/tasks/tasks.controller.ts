import { DescribeImports, GetImage } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import type { Request } from 'express';
import { z } from 'zod';
import { filledPageLimit, LARGEST_PAGE, pageLinks } from '../edge/paging.ts';
import { idInPath } from '../edge/path-ids.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { JobBoard } from '../jobs/job-board.ts';
import { partialTaskDocument, taskDocument, taskStatus, taskType } from './task-document.ts';

const tasksQuery = z.strictObject({
  limit: filledPageLimit,
  marker: z.uuid().optional(),
  /** Tasks are sorted by when they were asked for, the newest first; clients say so. */
  sort_key: z.literal('created_at').optional(),
  sort_dir: z.literal('desc').optional(),
  status: z.enum(['pending', 'processing', 'success', 'failure']).optional(),
  type: z.string().max(64).optional(),
});

/** Our jobs, as the OpenStack Image API knows long operations. What it lets nobody do with them, `/v1/jobs` does. */
@Controller('v2')
export class TasksController {
  constructor(
    private readonly requests: RequestClient,
    private readonly board: JobBoard,
  ) {}

  /** Every project's, for operators alone, as in Glance. A page is narrowed after it is read: it may be short. */
  @Get('tasks')
  async list(
    @Query({ schema: tasksQuery }) query: z.output<typeof tasksQuery>,
    @Req() request: Request,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    requireAllowed('task.list', context, 'operator');
    const { limit, marker, status, type } = query;
    const page = await this.board.list({ limit, ...(marker !== undefined && { marker }) }, region, context);
    const tasks = page.jobs.filter(
      (job) => (status ?? taskStatus(job)) === taskStatus(job) && (type ?? taskType(job)) === taskType(job),
    );
    return {
      tasks: tasks.map(partialTaskDocument),
      ...pageLinks('/v2/tasks', request.query, page.next_marker),
      schema: '/v2/schemas/tasks',
    };
  }

  @Get('tasks/:task_id')
  async show(
    @Param('task_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    requireAllowed('task.get', context, 'operator');
    return taskDocument(await this.board.show(id, region, context));
  }

  /** What is or was done to make an image and of it, to whom it shows the image: of each, what is its own to see. */
  @Get('images/:image_id/tasks')
  async ofImage(
    @Param('image_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const image_id = idInPath(id, 'image.not_found');
    await this.requests.send(GetImage, { image_id, region }, { context });
    const [{ jobs }, { imports }] = await Promise.all([
      this.board.list({ limit: LARGEST_PAGE, image_id }, region, context),
      this.requests.send(DescribeImports, { image_id, region }, { context }),
    ]);
    const asked = new Map(imports.map((each) => [each.job_id, each]));
    return { tasks: jobs.map((job) => taskDocument(job, asked.get(job.id))) };
  }
}
