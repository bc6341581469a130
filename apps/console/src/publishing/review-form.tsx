import { Button, Form, Input, Radio, Select } from 'antd';
import { useAction } from '../actions/use-action.ts';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useOperatorWords } from '../language/operator.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import type { Review } from './review.ts';

interface Seen extends Pick<Review, 'verdict' | 'scan'> {
  readonly component: NonNullable<Review['initialisation_component']> | 'none';
  readonly comment?: string;
}

/** What an operator saw in an image. */
export function ReviewForm({ imageId }: { readonly imageId: string }) {
  const { publishing: words } = useOperatorWords();
  const { api } = useGateway();
  const [form] = Form.useForm<Seen>();
  const saving = useAction({
    act: ({ component, comment = '', ...seen }: Seen) =>
      answered(
        api.POST('/v1/operator/images/{image_id}/reviews', {
          params: { path: { image_id: imageId } },
          body: {
            ...seen,
            initialisation_component: component === 'none' ? null : component,
            comment: comment.trim() === '' ? null : comment.trim(),
          },
        }),
      ),
    areas: ['images'],
    said: () => words.reviewed,
    done: () => {
      form.resetFields(['comment']);
    },
  });
  return (
    <>
      {saving.isError && <ProblemAlert error={saving.error} />}
      <Form<Seen>
        form={form}
        layout="vertical"
        initialValues={{ verdict: 'approved', scan: 'clean', component: 'cloud-init' }}
        onFinish={(seen) => {
          saving.mutate(seen);
        }}
      >
        <Form.Item name="verdict" label={words.verdict}>
          <Radio.Group
            aria-label={words.verdict}
            options={(['approved', 'rejected'] as const).map((value) => ({ value, label: words.verdicts[value] }))}
          />
        </Form.Item>
        <Form.Item name="scan" label={words.seen}>
          <Select
            options={(['clean', 'infected', 'not_scanned'] as const).map((value) => ({
              value,
              label: words.scans[value],
            }))}
          />
        </Form.Item>
        <Form.Item name="component" label={words.component}>
          <Select
            options={[
              { value: 'cloud-init', label: 'cloud-init' },
              { value: 'cloudbase-init', label: 'cloudbase-init' },
              { value: 'none', label: words.components.none },
            ]}
          />
        </Form.Item>
        <Form.Item name="comment" label={words.comment}>
          <Input.TextArea rows={2} maxLength={2000} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={saving.isPending}>
          {words.submit}
        </Button>
      </Form>
    </>
  );
}
