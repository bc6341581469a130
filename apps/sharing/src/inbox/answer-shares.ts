import { type AnswerShares as AnswerSharesContract, refusal, type RequestOf, type ResponseOf } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { inTransaction, type RequestCall } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { MemberChanges } from '../members/member-changes.ts';
import { MembersRepository } from '../members/members.repository.ts';
import { answerEach, done, refused, type ShareAnswer } from '../members/sent-ids.ts';
import { stands, toShareRecord } from '../members/share-record.ts';

type Request = RequestOf<typeof AnswerSharesContract>;

/** What projects say to the images that are shared with them. */
@Injectable()
export class AnswerShares {
  constructor(
    private readonly db: DataSource,
    private readonly members: MembersRepository,
    private readonly changes: MemberChanges,
  ) {}

  /** Each share in a transaction of its own: two batches in other orders never wait for each other. */
  async execute(request: Request, call: RequestCall): Promise<ResponseOf<typeof AnswerSharesContract>> {
    const project = projectOf(request, call.context);
    requireAllowed('share.answer', call.context, 'pending');
    const eventIds: string[] = [];
    const answers = await answerEach(request.image_ids, async (id) => {
      const image_id = z.uuid().safeParse(id).data?.toLowerCase();
      if (image_id === undefined) return notFound();
      const answer = await inTransaction(this.db, (tx) => this.#answer(tx, { request, image_id, project, call }));
      if (answer.event_id !== null) eventIds.push(answer.event_id);
      return answer;
    });
    return {
      results: answers.map(({ id, share, error }) => ({ image_id: id, share, error })),
      event_ids: eventIds,
    };
  }

  async #answer(
    tx: EntityManager,
    { request, image_id, project, call }: Answering,
  ): Promise<ShareAnswer & { readonly event_id: string | null }> {
    const image = await this.members.lock(tx, image_id);
    const member = await this.members.member(tx, image_id, project);
    if (image === null || member === null || image.region !== request.region) return { ...notFound(), event_id: null };
    if (!stands(member)) return { ...ended(), event_id: null };
    if (image.visibility !== 'shared') return { ...notFound(), event_id: null };
    if (member.status === request.status) return { ...done(toShareRecord(image, member)), event_id: null };
    const by = { cause: call.cause, request_id: call.context.request_id };
    const { share, event_id } = await this.changes.answer(tx, image, { member, status: request.status, by });
    return { ...done(share), event_id };
  }
}

interface Answering {
  readonly request: Request;
  readonly image_id: string;
  readonly project: string;
  readonly call: RequestCall;
}

/** @throws Refusal auth.forbidden where somebody else than an operator answers for another project. */
function projectOf({ project_id }: Request, context: RequestContext): string {
  if (project_id === null || project_id === context.project_id) return context.project_id;
  if (context.roles.includes('admin')) return project_id;
  throw refusal('auth.forbidden', 'Shares are answered by the project they are for.');
}

function notFound(): ShareAnswer {
  return refused('share.not_found', 'No such image is shared with the project.');
}

function ended(): ShareAnswer {
  return refused('share.ended', 'The image is not shared with the project any more.');
}
