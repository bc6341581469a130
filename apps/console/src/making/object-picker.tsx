import { useQuery } from '@tanstack/react-query';
import { Form, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useMakingWords } from '../language/making.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { ObjectList } from './object-list.tsx';

interface ObjectPickerProps {
  readonly open: boolean;
  readonly onPick: (address: string) => void;
  readonly onClose: () => void;
}

/** A window onto the buckets of the project, to take an image file from. */
export function ObjectPicker({ open, onPick, onClose }: ObjectPickerProps) {
  const { objects: words } = useMakingWords();
  return (
    <Modal open={open} title={words.title} footer={null} width={760} onCancel={onClose} destroyOnHidden>
      <Buckets onPick={onPick} />
    </Modal>
  );
}

function Buckets({ onPick }: Pick<ObjectPickerProps, 'onPick'>) {
  const { objects: words } = useMakingWords();
  const { api, region } = useGateway();
  const [chosen, setChosen] = useState<string | null>(null);
  const [prefix, setPrefix] = useState('');
  const { data, error, isPending } = useQuery({
    queryKey: ['buckets', region],
    queryFn: ({ signal }) => answered(api.GET('/v1/buckets', { signal })),
  });
  if (error !== null) return <ProblemAlert error={error} />;
  const buckets = data?.buckets ?? [];
  const bucket = chosen ?? buckets[0]?.bucket;
  if (bucket === undefined) return isPending ? null : <p className="empty">{words.noBuckets}</p>;
  return (
    <>
      <Form layout="vertical" className="field-row">
        <Form.Item label={words.bucket} htmlFor="picked-bucket">
          <Select
            id="picked-bucket"
            value={bucket}
            onChange={setChosen}
            options={buckets.map((each) => ({ value: each.bucket, label: each.bucket }))}
          />
        </Form.Item>
        <Form.Item label={words.prefix} htmlFor="picked-prefix">
          <Input.Search id="picked-prefix" allowClear enterButton={words.search} onSearch={setPrefix} />
        </Form.Item>
      </Form>
      <ObjectList key={`${bucket} ${prefix}`} {...{ bucket, prefix, onPick }} />
    </>
  );
}
