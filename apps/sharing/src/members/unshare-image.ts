import { type RequestOf, type ResponseOf, type UnshareImage as UnshareImageContract } from '@imago/contracts';
import { inTransaction, type RequestCall } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ImageView } from './image-view.ts';
import { MemberChanges, type ShareChange } from './member-changes.ts';
import type { Member } from './member.row.ts';
import { MembersRepository } from './members.repository.ts';
import { answerEach, done, refused, type ShareAnswer } from './sent-ids.ts';
import { stands, toShareRecord } from './share-record.ts';

/** Takes an image back from projects, each answered by itself. */
@Injectable()
export class UnshareImage {
  constructor(
    private readonly db: DataSource,
    private readonly view: ImageView,
    private readonly members: MembersRepository,
    private readonly changes: MemberChanges,
  ) {}

  /** @throws Refusal image.not_found, auth.forbidden, share.public_image, share.not_shared; then nothing has changed. */
  async execute(
    request: RequestOf<typeof UnshareImageContract>,
    call: RequestCall,
  ): Promise<ResponseOf<typeof UnshareImageContract>> {
    const { context } = call;
    const image = await this.view.require('share.delete', { ...request, context }, !request.closes);
    const limit = await this.view.limitOf(image, context);
    return inTransaction(this.db, async (tx) => {
      let locked = await this.members.lockAs(tx, image);
      const members = await this.members.membersOf(tx, image.id);
      const standing = new Set(members.filter(stands).map(({ project_id }) => project_id));
      const eventIds: string[] = [];
      const answers = await answerEach(request.project_ids, async (id) => {
        const member = members.find(({ project_id }) => project_id === id);
        if (member === undefined || !stands(member)) return this.#gone(locked, member, call);
        standing.delete(id);
        const closes = request.closes && standing.size === 0;
        const ended = await this.#end(tx, locked, { member, closes, call });
        locked = ended.image;
        eventIds.push(ended.event_id);
        return done(ended.share);
      });
      return {
        results: answers.map(({ id, ...answer }) => ({ project_id: id, ...answer })),
        figures: { limit, used: standing.size },
        event_ids: eventIds,
      };
    });
  }

  #end(
    tx: EntityManager,
    image: ShareChange['image'],
    { member, closes, call }: { readonly member: Member; readonly closes: boolean; readonly call: RequestCall },
  ): Promise<ShareChange> {
    const by = { cause: call.cause, request_id: call.context.request_id };
    return this.changes.end(tx, image, { member, reason: 'unshared', closes, by });
  }

  /** The same request is asked again when the connection broke before its answer. */
  #gone(image: ShareChange['image'], member: Member | undefined, { context }: RequestCall): Promise<ShareAnswer> {
    const isAgain = member?.changed_by_request === context.request_id;
    const answer = isAgain
      ? done(toShareRecord(image, member))
      : refused('share.not_found', 'The image is not shared with this project.');
    return Promise.resolve(answer);
  }
}
