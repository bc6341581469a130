import type { ShareRecord } from '@imago/contracts';
import { Button } from 'antd';
import type { Action } from '../actions/use-action.ts';
import { useInboxWords } from '../language/inbox.ts';
import type { Answer } from './use-answer.ts';

interface ShareAnswersProps {
  readonly share: ShareRecord;
  readonly answering: Action<Answer, Answer>;
}

/** What can be said to a share: yes or no, and the other one later. */
export function ShareAnswers({ share, answering }: ShareAnswersProps) {
  const words = useInboxWords();
  const name = share.image_name ?? words.unnamed;
  const isAsked = answering.isPending && answering.variables.share.image_id === share.image_id;
  return (
    <span className="row-actions">
      {share.status !== 'accepted' && (
        <Button
          size="small"
          type="primary"
          aria-label={words.acceptNamed(name)}
          loading={isAsked && answering.variables.status === 'accepted'}
          onClick={() => {
            answering.mutate({ share, status: 'accepted' });
          }}
        >
          {words.accept}
        </Button>
      )}
      {share.status !== 'rejected' && (
        <Button
          size="small"
          aria-label={words.rejectNamed(name)}
          loading={isAsked && answering.variables.status === 'rejected'}
          onClick={() => {
            answering.mutate({ share, status: 'rejected' });
          }}
        >
          {words.reject}
        </Button>
      )}
    </span>
  );
}
