import { Checkbox, Form, Input, InputNumber, Select } from 'antd';
import { FormDialog } from '../../actions/form-dialog.tsx';
import { useAction } from '../../actions/use-action.ts';
import { answered } from '../../gateway/gateway.ts';
import { useGateway } from '../../gateway/use-gateway.ts';
import { useImagesWords } from '../../language/images.ts';
import { changesBetween, type ImageWords, wordsOfImage } from '../edited.ts';
import type { ImageDialogProps } from '../image-dialog.tsx';
import { nameOf } from '../image.ts';

/** 修改: what its owner says of an image. */
export function EditDialog({ image, onClose }: ImageDialogProps) {
  const all = useImagesWords();
  const { edit: words } = all;
  const { api } = useGateway();
  const before = wordsOfImage(image);
  const action = useAction({
    act: async (after: ImageWords) => {
      const changes = changesBetween(before, { ...after, name: after.name.trim() });
      if (changes.length === 0) return image;
      return answered(
        api.PATCH('/v2/images/{image_id}', {
          params: { path: { image_id: image.id } },
          headers: { 'content-type': 'application/openstack-images-v2.1-json-patch' },
          body: [...changes],
        }),
      );
    },
    areas: ['images'],
    said: (changed) => all.done.edited(nameOf(changed, all)),
    done: onClose,
  });
  return (
    <FormDialog<ImageWords>
      title={words.title(nameOf(image, all))}
      verb={words.submit}
      initial={before}
      {...{ action, onClose }}
    >
      <Form.Item
        name="name"
        label={words.name}
        rules={[{ required: true, whitespace: true, message: words.nameMissing }]}
      >
        <Input maxLength={255} />
      </Form.Item>
      <Form.Item name="description" label={words.description}>
        <Input.TextArea maxLength={1024} rows={3} />
      </Form.Item>
      <Form.Item name="tags" label={words.tags} extra={words.tagsHint}>
        <Select mode="tags" open={false} suffix={null} tokenSeparators={[',']} />
      </Form.Item>
      <Form.Item name="min_ram" label={words.ram}>
        <InputNumber min={0} max={16_777_216} precision={0} />
      </Form.Item>
      <Form.Item name="hw_firmware_type" label={words.bootMode}>
        <Select options={Object.entries(words.bootModes).map(([value, label]) => ({ value, label }))} />
      </Form.Item>
      <Form.Item name="protected" valuePropName="checked">
        <Checkbox>{words.protected}</Checkbox>
      </Form.Item>
    </FormDialog>
  );
}
