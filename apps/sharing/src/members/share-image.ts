import {
  type ImageRecord,
  projectId,
  refusal,
  type RequestOf,
  type ResponseOf,
  type ShareImage as ShareImageContract,
} from '@imago/contracts';
import { inTransaction, type RequestCall } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ImageView } from './image-view.ts';
import { MemberChanges } from './member-changes.ts';
import type { Member } from './member.row.ts';
import { MembersRepository } from './members.repository.ts';
import { answerEach, done, refused, type ShareAnswer } from './sent-ids.ts';
import { stands, toShareRecord } from './share-record.ts';
import type { SharedImage } from './shared-image.row.ts';

type Shared = ResponseOf<typeof ShareImageContract>;

/** Shares an image with projects, each answered by itself. */
@Injectable()
export class ShareImage {
  constructor(
    private readonly db: DataSource,
    private readonly view: ImageView,
    private readonly members: MembersRepository,
    private readonly changes: MemberChanges,
  ) {}

  /** @throws Refusal as the contract of `sharing.shareImage` names them; then nothing has changed. */
  async execute(request: RequestOf<typeof ShareImageContract>, call: RequestCall): Promise<Shared> {
    const { context } = call;
    const image = await this.view.require('share.create', { ...request, context }, !request.opens);
    requireUsable(image);
    const limit = await this.view.limitOf(image, context);
    return inTransaction(this.db, async (tx) => {
      const locked = await this.members.lockAs(tx, image);
      if (locked.deleted) throw refusal('image.not_found', `There is no such image in ${request.region}.`);
      const sharing = new Sharing(locked, await this.members.membersOf(tx, image.id), limit);
      const answers = await answerEach(request.project_ids, (id) => this.#share(tx, sharing, { id, call }));
      return {
        results: answers.map(({ id, ...answer }) => ({ project_id: id, ...answer })),
        figures: { limit, used: sharing.used },
        event_ids: sharing.eventIds,
      };
    });
  }

  async #share(
    tx: EntityManager,
    sharing: Sharing,
    { id, call }: { readonly id: string; readonly call: RequestCall },
  ): Promise<ShareAnswer> {
    const { request_id } = call.context;
    if (!projectId.safeParse(id).success) return refused('share.project_invalid', `'${id}' is no project id.`);
    if (id === sharing.image.owner) return refused('share.own_project', 'The image belongs to this project.');
    const before = sharing.member(id);
    if (before !== null && stands(before)) {
      // The same request is asked again when the connection broke before its answer.
      if (before.changed_by_request === request_id) return done(toShareRecord(sharing.image, before));
      return refused('share.exists', `The image is shared with ${id} already.`);
    }
    if (sharing.used >= sharing.limit) return exceeded(sharing);
    const begun = await this.changes.begin(tx, sharing.image, {
      project_id: id,
      before,
      by: { cause: call.cause, request_id },
    });
    sharing.took(begun);
    return done(begun.share);
  }
}

/** An image that is being shared, as it becomes while it is. */
class Sharing {
  image: SharedImage;
  readonly eventIds: string[] = [];
  readonly #members: ReadonlyMap<string, Member>;
  used: number;

  constructor(
    image: SharedImage,
    members: readonly Member[],
    readonly limit: number,
  ) {
    this.image = image;
    this.#members = new Map(members.map((member) => [member.project_id, member]));
    this.used = members.filter(stands).length;
  }

  member(projectId: string): Member | null {
    return this.#members.get(projectId) ?? null;
  }

  took({ image, event_id }: { readonly image: SharedImage; readonly event_id: string }): void {
    this.image = image;
    this.eventIds.push(event_id);
    this.used += 1;
  }
}

function exceeded({ used, limit }: Sharing): ShareAnswer {
  const message = `The image has ${used} of ${limit} members: there is no place for another.`;
  return refused('quota.members_exceeded', message, { resource: 'members_per_image', limit, used });
}

/** One in the making can be shared: its members find it when it is made. */
function requireUsable({ id, status }: ImageRecord): void {
  if (status === 'deactivated') throw refusal('image.deactivated', `Image ${id} is deactivated.`);
  if (status === 'killed') throw refusal('image.wrong_state', `Image ${id} has failed and cannot be shared.`);
}
