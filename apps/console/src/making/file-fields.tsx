import { Button, Checkbox, Collapse, Form, type FormInstance, Input, InputNumber, Radio, Select } from 'antd';
import { useMakingWords } from '../language/making.ts';
import { FilePlaceFields } from './file-place-fields.tsx';
import { guessFormat } from './guess-format.ts';
import {
  BOOT_MODES,
  canBoot,
  COMPRESSIONS,
  DISK_FORMATS,
  FILE_KINDS,
  FRESH_IMPORT,
  type ImportDraft,
} from './import-draft.ts';
import { keptDraft } from './kept-draft.ts';
import { SystemFields } from './system-fields.tsx';
import { useField } from './use-field.ts';

interface FileFieldsProps {
  readonly form: FormInstance<ImportDraft>;
  readonly onFinish: (draft: ImportDraft) => void;
}

/** What is said of an image that is made of a file, in the order of the guide. */
export function FileFields({ form, onFinish }: FileFieldsProps) {
  const words = useMakingWords();
  const { file } = words;
  const image_type = useField(form, 'image_type');
  const architecture = useField(form, 'architecture');
  const disk_format = useField(form, 'disk_format');
  const named = (name: string): void => {
    form.setFieldsValue(guessFormat(name));
    keptDraft.keep(form.getFieldsValue(true) as ImportDraft);
  };
  const needed = (label: string) => [{ required: true, whitespace: true, message: words.required(label) }];
  return (
    <Form<ImportDraft>
      form={form}
      layout="vertical"
      className="panel making-form"
      initialValues={keptDraft.read()}
      scrollToFirstError={{ focus: true }}
      onValuesChange={(_, all) => {
        keptDraft.keep(all);
      }}
      onFinish={() => {
        // With what lies in folds that were not opened.
        onFinish({ ...FRESH_IMPORT, ...form.getFieldsValue(true) } as ImportDraft);
      }}
    >
      <FilePlaceFields form={form} onNamed={named} />
      <SystemFields form={form} />
      <div className="field-row">
        <Form.Item
          name="disk_format"
          label={file.format}
          required
          {...(disk_format === 'iso' && { extra: file.isoHint })}
        >
          <Select options={DISK_FORMATS.map((value) => ({ value, label: value.toUpperCase() }))} />
        </Form.Item>
        <Form.Item name="compression" label={file.compression} required>
          <Select
            options={[
              { value: 'none', label: file.notCompressed },
              ...COMPRESSIONS.map((value) => ({ value, label: value })),
            ]}
          />
        </Form.Item>
        <Form.Item
          name="min_disk"
          label={file.disk}
          extra={disk_format === 'iso' ? file.isoDiskHint : file.diskHint}
          rules={[{ required: true, type: 'integer', min: 1, max: 1024, message: file.diskHint }]}
        >
          <InputNumber min={1} max={1024} precision={0} className="whole" />
        </Form.Item>
      </div>
      <Form.Item name="enterprise_project_id" label={file.enterprise} rules={needed(file.enterprise)}>
        <Input maxLength={64} />
      </Form.Item>
      <Form.Item name="name" label={words.name} rules={needed(words.name)}>
        <Input maxLength={255} />
      </Form.Item>
      <Form.Item name="description" label={words.description + words.optional}>
        <Input.TextArea maxLength={1024} rows={2} />
      </Form.Item>
      <Collapse
        ghost
        className="making-more"
        items={[
          {
            key: 'more',
            label: file.more,
            forceRender: true,
            children: (
              <>
                {disk_format !== 'iso' && (
                  <Form.Item name="image_type" label={file.type}>
                    <Radio.Group options={FILE_KINDS.map((value) => ({ value, label: words.kind[value] }))} />
                  </Form.Item>
                )}
                <Form.Item name="boot_mode" label={file.bootMode}>
                  <Radio.Group
                    options={[
                      { value: 'any', label: file.anyBootMode },
                      ...BOOT_MODES.map((value) => ({ value, label: value.toUpperCase() })),
                    ]}
                  />
                </Form.Item>
                {canBoot({ image_type, architecture, disk_format }) && (
                  <Form.Item name="verify_boot" valuePropName="checked" extra={words.verifyBootHint}>
                    <Checkbox>{words.verifyBoot}</Checkbox>
                  </Form.Item>
                )}
              </>
            ),
          },
        ]}
      />
      <Button type="primary" htmlType="submit">
        {words.create}
      </Button>
    </Form>
  );
}
