import { useQuery } from '@tanstack/react-query';
import { Alert, Checkbox, Form, Input, Select } from 'antd';
import { FormDialog } from '../../actions/form-dialog.tsx';
import { useAction } from '../../actions/use-action.ts';
import { answered } from '../../gateway/gateway.ts';
import { useGateway } from '../../gateway/use-gateway.ts';
import { useImagesWords } from '../../language/images.ts';
import { ProblemAlert } from '../../problem/problem-alert.tsx';
import type { ImageDialogProps } from '../image-dialog.tsx';
import { nameOf } from '../image.ts';

const FORMATS = ['qcow2', 'raw', 'vmdk', 'vhd', 'vhdx'] as const;

const ENDING = new RegExp(`\\.(${FORMATS.join('|')})$`);

interface Wanted {
  readonly format: (typeof FORMATS)[number];
  readonly bucket: string;
  readonly object: string;
  readonly overwrite: boolean;
}

/** 导出: as a file of a format in one of the project's buckets. */
export function ExportDialog({ image, onClose }: ImageDialogProps) {
  const all = useImagesWords();
  const { exporting: words } = all;
  const { api, region } = useGateway();
  const buckets = useQuery({
    queryKey: ['buckets', region],
    queryFn: ({ signal }) => answered(api.GET('/v1/buckets', { signal })),
  });
  const action = useAction({
    act: ({ format, bucket, object, overwrite }: Wanted) =>
      answered(
        api.POST('/v1/exports', {
          body: { image_id: image.id, disk_format: format, destination: { bucket, object }, overwrite },
        }),
      ),
    areas: ['jobs'],
    said: () => all.done.exporting,
    done: onClose,
  });
  if (buckets.data === undefined && buckets.error === null) return null;
  const names = buckets.data?.buckets.map(({ bucket }) => bucket) ?? [];
  const name = nameOf(image, all);
  const [first] = names;
  return (
    <FormDialog<Wanted>
      title={words.title(name)}
      lead={words.lead}
      verb={words.submit}
      initial={{
        format: 'qcow2',
        object: `${name}.qcow2`,
        overwrite: false,
        ...(first === undefined ? {} : { bucket: first }),
      }}
      disabled={names.length === 0}
      {...{ action, onClose }}
    >
      {buckets.error !== null && <ProblemAlert error={buckets.error} />}
      {buckets.data !== undefined && names.length === 0 && <Alert type="warning" showIcon title={words.noBucket} />}
      <FormatField />
      <Form.Item name="bucket" label={words.bucket} rules={[{ required: true, message: words.bucketMissing }]}>
        <Select options={names.map((value) => ({ value, label: value }))} />
      </Form.Item>
      <Form.Item name="object" label={words.object} rules={[{ required: true, message: words.objectMissing }]}>
        <Input maxLength={1024} />
      </Form.Item>
      <Form.Item name="overwrite" valuePropName="checked">
        <Checkbox>{words.overwrite}</Checkbox>
      </Form.Item>
    </FormDialog>
  );
}

/** Another format is another ending of the object's name. */
function FormatField() {
  const { exporting: words } = useImagesWords();
  const form = Form.useFormInstance<Wanted>();
  const rename = (format: Wanted['format']): void => {
    const { object } = form.getFieldsValue();
    form.setFieldsValue({ object: object.replace(ENDING, `.${format}`) });
  };
  return (
    <Form.Item name="format" label={words.format}>
      <Select onChange={rename} options={FORMATS.map((value) => ({ value, label: value.toUpperCase() }))} />
    </Form.Item>
  );
}
