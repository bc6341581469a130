import { AnswerShares, inboxMarker, inboxStatus, ListShares, type MemberStatus, refusal } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { noBody } from '../edge/json-bodies.ts';
import { OwnWrites } from '../edge/own-writes.ts';
import { idInPath } from '../edge/path-ids.ts';
import { filledPageLimit, pageLinks } from '../edge/paging.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { batchAnswer, onlyShare } from './batch-answer.ts';
import { requireSomeIds, sentIds } from './sent-ids.ts';

const inboxQuery = z.strictObject({
  limit: filledPageLimit,
  marker: z.string().max(100).optional(),
  status: inboxStatus.optional(),
});
const imagesBody = z.strictObject({ image_ids: sentIds });
type ImagesBody = z.output<typeof imagesBody>;

/** What is shared with the caller's project, and what it says to it. */
@Controller('v1/shares')
export class InboxController {
  constructor(
    private readonly requests: RequestClient,
    private readonly ownWrites: OwnWrites,
  ) {}

  @Get()
  async list(
    @Query({ schema: inboxQuery }) { limit, marker, status }: z.output<typeof inboxQuery>,
    @Req() request: Request,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const wanted = { region, status: status ?? null, limit, marker: marker === undefined ? null : markerIn(marker) };
    const { shares, next_marker: next, pending } = await this.requests.send(ListShares, wanted, { context });
    const nextMarker = next === null ? null : `${next.updated_at}_${next.image_id}`;
    return { shares, pending, ...pageLinks('/v1/shares', request.query, nextMarker) };
  }

  @Post('accept')
  @HttpCode(200)
  acceptMany(
    @Body({ schema: imagesBody }) body: ImagesBody,
    @Region() region: string,
    @Res({ passthrough: true }) response: Response,
    @Context() context: RequestContext,
  ): Promise<object> {
    return this.#answerMany(body, 'accepted', { region, response, context });
  }

  @Post('reject')
  @HttpCode(200)
  rejectMany(
    @Body({ schema: imagesBody }) body: ImagesBody,
    @Region() region: string,
    @Res({ passthrough: true }) response: Response,
    @Context() context: RequestContext,
  ): Promise<object> {
    return this.#answerMany(body, 'rejected', { region, response, context });
  }

  @Post(':image_id/accept')
  @HttpCode(200)
  accept(
    @Param('image_id') id: string,
    @Body({ schema: noBody }) _body: undefined,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    return this.#answer(id, 'accepted', { region, context });
  }

  @Post(':image_id/reject')
  @HttpCode(200)
  reject(
    @Param('image_id') id: string,
    @Body({ schema: noBody }) _body: undefined,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    return this.#answer(id, 'rejected', { region, context });
  }

  async #answerMany(
    { image_ids }: ImagesBody,
    status: MemberStatus,
    { region, response, context }: Asked & { readonly response: Response },
  ): Promise<object> {
    const wanted = { region, image_ids: requireSomeIds(image_ids, 'image_ids'), status };
    const { results, event_ids } = await this.requests.send(AnswerShares, wanted, { context });
    return { ...batchAnswer(results, response), ...(await this.ownWrites.seen(event_ids, context)) };
  }

  async #answer(id: string, status: MemberStatus, { region, context }: Asked): Promise<object> {
    const wanted = { region, image_ids: [idInPath(id, 'share.not_found')], status };
    const { results, event_ids } = await this.requests.send(AnswerShares, wanted, { context });
    return { ...onlyShare(results), ...(await this.ownWrites.seen(event_ids, context)) };
  }
}

interface Asked {
  readonly region: string;
  readonly context: RequestContext;
}

/** @throws Refusal share.marker_invalid */
function markerIn(text: string): z.output<typeof inboxMarker> {
  const [updated_at, image_id] = text.split('_');
  const parsed = inboxMarker.safeParse({ updated_at, image_id });
  if (parsed.success) return parsed.data;
  throw refusal('share.marker_invalid', 'There is no such place in the inbox.');
}
