import { Button, Checkbox, Form, type FormInstance, Input, Radio } from 'antd';
import { useMakingWords } from '../language/making.ts';
import { CAPTURE_KINDS, type CaptureDraft } from './capture-draft.ts';
import { DataDiskField } from './data-disk-field.tsx';
import { ServerPicker } from './server-picker.tsx';
import { useField } from './use-field.ts';

interface CaptureFieldsProps {
  readonly form: FormInstance<CaptureDraft>;
  /** The server that is chosen to begin with. */
  readonly serverId: string | null;
  readonly onFinish: (draft: CaptureDraft) => void;
}

/** What is said of an image that is made of a server. */
export function CaptureFields({ form, serverId, onFinish }: CaptureFieldsProps) {
  const words = useMakingWords();
  const kind = useField(form, 'kind') ?? 'system_disk';
  const server = useField(form, 'server') ?? null;
  const hasSystem = kind !== 'data_disk';
  return (
    <Form<CaptureDraft>
      form={form}
      layout="vertical"
      className="panel making-form"
      initialValues={{ kind: 'system_disk', generalize: false, verify_boot: false }}
      scrollToFirstError={{ focus: true }}
      onFinish={onFinish}
    >
      <Form.Item name="server" rules={[{ required: true, message: words.server.missing }]}>
        <ServerPicker chosenId={serverId} />
      </Form.Item>
      <Form.Item name="kind" label={words.kind.label} required>
        <Radio.Group options={CAPTURE_KINDS.map((value) => ({ value, label: words.kind[value] }))} />
      </Form.Item>
      {kind === 'data_disk' && <DataDiskField server={server} />}
      <Form.Item
        name="name"
        label={words.name}
        rules={[{ required: true, whitespace: true, message: words.required(words.name) }]}
      >
        <Input maxLength={255} />
      </Form.Item>
      <Form.Item name="description" label={words.description + words.optional}>
        <Input.TextArea maxLength={1024} rows={2} />
      </Form.Item>
      {hasSystem && (
        <>
          <Form.Item name="generalize" valuePropName="checked" extra={words.generalizeHint}>
            <Checkbox>{words.generalize}</Checkbox>
          </Form.Item>
          <Form.Item name="verify_boot" valuePropName="checked" extra={words.verifyBootHint}>
            <Checkbox>{words.verifyBoot}</Checkbox>
          </Form.Item>
        </>
      )}
      <Button type="primary" htmlType="submit">
        {words.create}
      </Button>
    </Form>
  );
}
