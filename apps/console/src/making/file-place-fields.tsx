import { Button, Form, type FormInstance, Input, Radio } from 'antd';
import { useState } from 'react';
import { useMakingWords } from '../language/making.ts';
import { UploadField } from '../uploads/upload-field.tsx';
import { FILE_PLACES, type ImportDraft } from './import-draft.ts';
import { ObjectPicker } from './object-picker.tsx';
import { useField } from './use-field.ts';

interface FilePlaceFieldsProps {
  readonly form: FormInstance<ImportDraft>;
  /** Told of the name of the file. */
  readonly onNamed: (name: string) => void;
}

/** Where the file is: in a bucket, on a web server, or on this computer. */
export function FilePlaceFields({ form, onNamed }: FilePlaceFieldsProps) {
  const { file: words, required } = useMakingWords();
  const place = useField(form, 'place') ?? 'bucket';
  const needed = (label: string) => [{ required: true, whitespace: true, message: required(label) }];
  return (
    <>
      <Form.Item name="place" label={words.where} required>
        <Radio.Group options={FILE_PLACES.map((value) => ({ value, label: words.places[value] }))} />
      </Form.Item>
      {place === 'bucket' && <BucketField form={form} onNamed={onNamed} />}
      {place === 'url' && (
        <>
          <Form.Item name="url" label={words.url} extra={words.urlHint} rules={needed(words.url)}>
            <Input
              type="url"
              onBlur={({ target }) => {
                onNamed(target.value);
              }}
            />
          </Form.Item>
          <Form.Item
            name="sha256"
            label={words.checksum}
            extra={words.checksumHint}
            rules={[{ pattern: /^\s*[0-9a-fA-F]{64}\s*$/, message: words.badChecksum }]}
          >
            <Input />
          </Form.Item>
        </>
      )}
      {place === 'upload' && (
        <Form.Item name="upload_id" rules={[{ required: true, message: words.uploadFirst }]}>
          <UploadField onFile={onNamed} />
        </Form.Item>
      )}
    </>
  );
}

function BucketField({ form, onNamed }: FilePlaceFieldsProps) {
  const { file: words, required } = useMakingWords();
  const [picking, setPicking] = useState(false);
  return (
    <>
      <div className="field-with-button">
        <Form.Item
          name="address"
          label={words.bucket}
          extra={words.bucketHint}
          rules={[{ required: true, whitespace: true, message: required(words.bucket) }]}
        >
          <Input
            placeholder="s3://"
            onBlur={({ target }) => {
              onNamed(target.value);
            }}
          />
        </Form.Item>
        <Button
          onClick={() => {
            setPicking(true);
          }}
        >
          {words.browse}
        </Button>
      </div>
      <ObjectPicker
        open={picking}
        onClose={() => {
          setPicking(false);
        }}
        onPick={(address) => {
          setPicking(false);
          form.setFieldsValue({ address });
          onNamed(address);
        }}
      />
    </>
  );
}
