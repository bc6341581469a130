import type { ShareRecord } from '@imago/contracts';
import { type Action, useAction } from '../actions/use-action.ts';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useInboxWords } from '../language/inbox.ts';

/** What a project says to an image that is shared with it. */
export interface Answer {
  readonly share: ShareRecord;
  readonly status: 'accepted' | 'rejected';
}

export function useAnswer(): Action<Answer, Answer> {
  const words = useInboxWords();
  const { api } = useGateway();
  return useAction({
    act: async (answer: Answer) => {
      const params = { path: { image_id: answer.share.image_id } };
      await (answer.status === 'accepted'
        ? answered(api.POST('/v1/shares/{image_id}/accept', { params }))
        : answered(api.POST('/v1/shares/{image_id}/reject', { params })));
      return answer;
    },
    areas: ['shares', 'images'],
    said: ({ share, status }) => words[status](share.image_name ?? words.unnamed),
  });
}
