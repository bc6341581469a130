import { Form, Input, InputNumber, Modal, Select } from 'antd';
import { useState } from 'react';
import { useAction } from '../actions/use-action.ts';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useAccountWords } from '../language/account.ts';
import { useWords } from '../language/language.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { type Quota, RESOURCES } from './quota.ts';

interface QuotaRequestDialogProps {
  readonly quotas: readonly Quota[];
  readonly onClose: () => void;
}

interface Wish {
  readonly resource: Quota['resource'];
  readonly requested_limit: number;
  readonly reason: string;
}

/** Asks the operators for a higher limit. */
export function QuotaRequestDialog({ quotas, onClose }: QuotaRequestDialogProps) {
  const { quotas: area } = useAccountWords();
  const { dialog } = useWords();
  const { dialog: words } = area;
  const { api } = useGateway();
  const [form] = Form.useForm<Wish>();
  const [resource, setResource] = useState<Quota['resource']>('images');
  const limit = quotas.find((quota) => quota.resource === resource)?.limit ?? 0;
  // Sent again after a broken connection it is the same wish, and not two.
  const [key] = useState(() => crypto.randomUUID());
  const asking = useAction({
    act: (body: Wish) => answered(api.POST('/v1/quota-requests', { body, headers: { 'idempotency-key': key } })),
    areas: ['quotas'],
    said: () => area.submitted,
    done: onClose,
  });
  const required = (field: string) => [{ required: true, whitespace: true, message: words.missing(field) }];
  return (
    <Modal
      open
      title={words.title}
      okText={words.submit}
      cancelText={dialog.cancel}
      confirmLoading={asking.isPending}
      onOk={form.submit}
      onCancel={onClose}
    >
      {asking.isError && <ProblemAlert error={asking.error} />}
      <Form<Wish>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ resource: 'images' }}
        onFinish={(wish) => {
          asking.mutate(wish);
        }}
      >
        <Form.Item name="resource" label={words.resource}>
          <Select
            options={RESOURCES.map((value) => ({ value, label: area.resource[value] }))}
            onChange={(chosen: Quota['resource']) => {
              setResource(chosen);
              form.setFields([{ name: 'requested_limit', errors: [] }]);
            }}
          />
        </Form.Item>
        <Form.Item
          name="requested_limit"
          label={`${words.limit} (${area.unit[resource]})`}
          extra={words.limitHint(String(limit))}
          rules={[
            { required: true, message: words.missing(words.limit) },
            { type: 'integer', min: limit + 1, message: words.higher },
          ]}
        >
          <InputNumber min={1} precision={0} />
        </Form.Item>
        <Form.Item name="reason" label={words.reason} rules={required(words.reason)}>
          <Input.TextArea rows={3} maxLength={2000} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
