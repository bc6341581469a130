import { useQuery } from '@tanstack/react-query';
import { Button, Collapse, Form, type FormInstance, Input, InputNumber, Select } from 'antd';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useSpeech } from '../language/language.ts';
import { useServersWords } from '../language/servers.ts';
import { DataDiskFields } from './data-disk-fields.tsx';
import { ImageSelect } from './image-select.tsx';
import { flavorText } from './server-columns.tsx';
import type { ServersOrder } from './servers-order.ts';
import { SystemDisk } from './system-disk.tsx';

interface ServerFieldsProps {
  readonly form: FormInstance<ServersOrder>;
  /** The image that is chosen to begin with. */
  readonly imageId: string | null;
  readonly onFinish: (order: ServersOrder) => void;
}

/** What is said of servers that are to be made. */
export function ServerFields({ form, imageId, onFinish }: ServerFieldsProps) {
  const { create: words } = useServersWords();
  const networks = useNetworks();
  const flavors = useFlavors();
  const needed = (label: string) => [{ required: true, whitespace: true, message: words.required(label) }];
  return (
    <Form<ServersOrder>
      form={form}
      layout="vertical"
      className="panel making-form"
      initialValues={{ image_id: imageId ?? undefined, network: 'default', count: 1, flavor: 'small' }}
      scrollToFirstError={{ focus: true }}
      onFinish={() => {
        onFinish(form.getFieldsValue(true) as ServersOrder);
      }}
    >
      <Form.Item name="image_id" label={words.image} rules={[{ required: true, message: words.imageMissing }]}>
        <ImageSelect />
      </Form.Item>
      <SystemDisk form={form} />
      <Form.Item name="name" label={words.name} extra={words.nameHint} rules={needed(words.name)}>
        <Input maxLength={255} />
      </Form.Item>
      <div className="field-row">
        <Form.Item name="network" label={words.network} required>
          <Select options={networks} />
        </Form.Item>
        <Form.Item name="flavor" label={words.flavor} required>
          <Select options={flavors} />
        </Form.Item>
        <Form.Item
          name="count"
          label={words.count}
          rules={[{ required: true, type: 'integer', min: 1, message: words.countFault }]}
        >
          <InputNumber min={1} precision={0} className="whole" />
        </Form.Item>
      </div>
      <DataDiskFields />
      <Collapse
        ghost
        className="making-more"
        items={[
          {
            key: 'more',
            label: words.more,
            forceRender: true,
            children: (
              <Form.Item name="user_data" label={words.userData}>
                <Input.TextArea rows={6} className="code" />
              </Form.Item>
            ),
          },
        ]}
      />
      <Button type="primary" htmlType="submit">
        {words.buy}
      </Button>
    </Form>
  );
}

function useNetworks() {
  const { create: words } = useServersWords();
  const { api, region } = useGateway();
  const { data } = useQuery({
    queryKey: ['networks', region],
    queryFn: ({ signal }) => answered(api.GET('/v1/networks', { signal })),
    staleTime: Infinity,
  });
  return (data?.networks ?? []).map(({ name, restricted }) => ({
    value: name,
    label: restricted ? words.restricted(name) : name,
  }));
}

function useFlavors() {
  const words = useServersWords();
  const { language } = useSpeech();
  const { api } = useGateway();
  const { data } = useQuery({
    queryKey: ['flavors'],
    queryFn: ({ signal }) => answered(api.GET('/v1/flavors', { signal })),
    staleTime: Infinity,
  });
  return (data?.flavors ?? []).map((flavor) => ({ value: flavor.name, label: flavorText(words, language, flavor) }));
}
