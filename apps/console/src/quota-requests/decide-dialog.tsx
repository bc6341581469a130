import { Checkbox, Input, Modal } from 'antd';
import { useState } from 'react';
import { useAction } from '../actions/use-action.ts';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useAccountWords } from '../language/account.ts';
import { useWords } from '../language/language.ts';
import { useOperatorWords } from '../language/operator.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import type { QuotaRequest } from '../quotas/quota.ts';

export type Decision = 'approve' | 'reject';

interface DecideDialogProps {
  readonly request: QuotaRequest;
  readonly decision: Decision;
  readonly onClose: () => void;
}

/** Members of an image that an operator may grant only as something special. */
const USUAL_MEMBERS = 100;

/** Names the project and the limit, and takes an answer for who asked. */
export function DecideDialog({ request, decision, onClose }: DecideDialogProps) {
  const { quotaRequests: words } = useOperatorWords();
  const { quotas } = useAccountWords();
  const { dialog } = useWords();
  const { api } = useGateway();
  const [text, setText] = useState('');
  const [special, setSpecial] = useState(false);
  const { id, project_id: project, resource, requested_limit: limit } = request;
  const comment = text.trim() === '' ? null : text.trim();
  const params = { path: { quota_request_id: id } };
  const deciding = useAction({
    act: () =>
      answered(
        decision === 'approve'
          ? api.POST('/v1/operator/quota-requests/{quota_request_id}/approve', { params, body: { comment, special } })
          : api.POST('/v1/operator/quota-requests/{quota_request_id}/reject', { params, body: { comment } }),
      ),
    areas: ['quotas'],
    said: () => (decision === 'approve' ? words.approved : words.rejected),
    done: onClose,
  });
  const name = quotas.resource[resource];
  const isSpecial = decision === 'approve' && resource === 'members_per_image' && limit > USUAL_MEMBERS;
  return (
    <Modal
      open
      title={decision === 'approve' ? words.approveAsk(project, name, String(limit)) : words.rejectAsk(project, name)}
      okText={words[decision]}
      cancelText={dialog.cancel}
      okButtonProps={{ danger: decision === 'reject' }}
      confirmLoading={deciding.isPending}
      onOk={() => {
        deciding.mutate();
      }}
      onCancel={onClose}
    >
      <p>{request.reason}</p>
      <label>
        <span className="fine">{words.comment}</span>
        <Input.TextArea
          rows={2}
          maxLength={2000}
          value={text}
          onChange={({ target }) => {
            setText(target.value);
          }}
        />
      </label>
      {isSpecial && (
        <Checkbox
          checked={special}
          onChange={({ target }) => {
            setSpecial(target.checked);
          }}
        >
          {words.special}
        </Checkbox>
      )}
      {deciding.isError && <ProblemAlert error={deciding.error} />}
    </Modal>
  );
}
