import { Button } from 'antd';
import { useState } from 'react';
import { useOperatorWords } from '../language/operator.ts';
import type { QuotaRequest } from '../quotas/quota.ts';
import { type Decision, DecideDialog } from './decide-dialog.tsx';

/** Yes or no, each asked once more. */
export function DecideButtons({ request }: { readonly request: QuotaRequest }) {
  const { quotaRequests: words } = useOperatorWords();
  const [decision, setDecision] = useState<Decision | null>(null);
  return (
    <div className="row-actions">
      <Button
        size="small"
        type="primary"
        onClick={() => {
          setDecision('approve');
        }}
      >
        {words.approve}
      </Button>
      <Button
        size="small"
        onClick={() => {
          setDecision('reject');
        }}
      >
        {words.reject}
      </Button>
      {decision !== null && (
        <DecideDialog
          request={request}
          decision={decision}
          onClose={() => {
            setDecision(null);
          }}
        />
      )}
    </div>
  );
}
