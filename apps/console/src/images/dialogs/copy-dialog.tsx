import { Form, Input, Select } from 'antd';
import { FormDialog } from '../../actions/form-dialog.tsx';
import { useAction } from '../../actions/use-action.ts';
import { answered } from '../../gateway/gateway.ts';
import { useGateway } from '../../gateway/use-gateway.ts';
import { useImagesWords } from '../../language/images.ts';
import { useSession } from '../../session/use-session.ts';
import type { ImageDialogProps } from '../image-dialog.tsx';
import { nameOf } from '../image.ts';

interface Wanted {
  readonly name: string;
  readonly region: string;
}

/** 复制: into this region or another one, under a new name. */
export function CopyDialog({ image, onClose }: ImageDialogProps) {
  const all = useImagesWords();
  const { copy: words } = all;
  const { regions } = useSession();
  const { api, region } = useGateway();
  const name = nameOf(image, all);
  const action = useAction({
    act: (wanted: Wanted) =>
      answered(
        api.POST('/v1/copies', {
          body: { image_id: image.id, name: wanted.name, destination_region: wanted.region },
        }),
      ),
    areas: ['jobs', 'images', 'quotas'],
    said: () => all.done.copying,
    done: onClose,
  });
  const destination = regions.find((each) => each !== region) ?? region;
  return (
    <FormDialog<Wanted>
      title={words.title(name)}
      lead={words.lead}
      verb={words.submit}
      initial={{ name: `${name}-copy`, region: destination }}
      {...{ action, onClose }}
    >
      <Form.Item
        name="name"
        label={words.name}
        rules={[{ required: true, whitespace: true, message: all.edit.nameMissing }]}
      >
        <Input maxLength={255} />
      </Form.Item>
      <Form.Item name="region" label={words.region}>
        <Select options={regions.map((value) => ({ value, label: value }))} />
      </Form.Item>
    </FormDialog>
  );
}
