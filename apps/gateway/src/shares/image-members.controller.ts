import {
  AnswerShares,
  ListImageShares,
  memberStatus,
  projectId,
  refusal,
  ShareImage,
  type ShareRecord,
  ShowImageShare,
  UnshareImage,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { z } from 'zod';
import { OwnWrites } from '../edge/own-writes.ts';
import { idInPath } from '../edge/path-ids.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { glanceTime } from '../images/glance-time.ts';
import { onlyShare } from './batch-answer.ts';

const memberBody = z.strictObject({ member: z.string().min(1).max(255) });
/** Clients send back more of the member than its status; the path says which it is, and the rest is not theirs to say. */
const statusBody = z.object({ status: memberStatus });

/** The members of the OpenStack Image API: the same shares, one at a time, of images that are shared already. */
@Controller('v2/images/:image_id/members')
export class ImageMembersController {
  constructor(
    private readonly requests: RequestClient,
    private readonly ownWrites: OwnWrites,
  ) {}

  @Get()
  async list(
    @Param('image_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const wanted = { image_id: idInPath(id, 'image.not_found'), region, requires_shared: true };
    const { shares } = await this.requests.send(ListImageShares, wanted, { context });
    return { members: shares.map(memberDocument), schema: '/v2/schemas/members' };
  }

  /** 200, as in Glance, though something is made. */
  @Post()
  @HttpCode(200)
  async add(
    @Param('image_id') id: string,
    @Body({ schema: memberBody }) { member }: z.output<typeof memberBody>,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const wanted = { image_id: idInPath(id, 'image.not_found'), region, project_ids: [member], opens: false };
    const { results, event_ids } = await this.requests.send(ShareImage, wanted, { context });
    const share = onlyShare(results);
    await this.ownWrites.seen(event_ids, context);
    return memberDocument(share);
  }

  @Get(':member_id')
  async show(
    @Param('image_id') id: string,
    @Param('member_id') member: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    return memberDocument(await this.#share({ id, member, region, context }));
  }

  /** What the member says to the image; nobody says it for a project of others, its owner neither. */
  @Put(':member_id')
  async answer(
    @Param('image_id') id: string,
    @Param('member_id') member: string,
    @Body({ schema: statusBody }) { status }: z.output<typeof statusBody>,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const { image_id, project_id } = await this.#share({ id, member, region, context });
    const wanted = { region, image_ids: [image_id], status, project_id };
    const { results, event_ids } = await this.requests.send(AnswerShares, wanted, { context });
    const share = onlyShare(results);
    await this.ownWrites.seen(event_ids, context);
    return memberDocument(share);
  }

  @Delete(':member_id')
  @HttpCode(204)
  async remove(
    @Param('image_id') id: string,
    @Param('member_id') member: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<void> {
    const wanted = { image_id: idInPath(id, 'image.not_found'), region, project_ids: [member.slice(0, 255)] };
    const { results, event_ids } = await this.requests.send(UnshareImage, { ...wanted, closes: false }, { context });
    onlyShare(results);
    await this.ownWrites.seen(event_ids, context);
  }

  /** @throws Refusal image.not_found, share.not_found, share.public_image, share.not_shared */
  async #share({ id, member, region, context }: Wanted): Promise<ShareRecord> {
    const image_id = idInPath(id, 'image.not_found');
    const project = projectId.safeParse(member);
    if (!project.success) throw refusal('share.not_found', 'The image is not shared with this project.');
    const wanted = { image_id, region, project_id: project.data, requires_shared: true };
    return (await this.requests.send(ShowImageShare, wanted, { context })).share;
  }
}

interface Wanted {
  readonly id: string;
  readonly member: string;
  readonly region: string;
  readonly context: RequestContext;
}

function memberDocument({ project_id, image_id, status, created_at, updated_at }: ShareRecord): object {
  return {
    member_id: project_id,
    image_id,
    status,
    created_at: glanceTime(created_at),
    updated_at: glanceTime(updated_at),
    schema: '/v2/schemas/member',
  };
}
