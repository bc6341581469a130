import { Form, Select } from 'antd';
import { useMakingWords } from '../language/making.ts';
import type { Server } from '../servers/server.ts';

/** Which of the data disks of a server. */
export function DataDiskField({ server }: { readonly server: Server | null }) {
  const { kind: words, required } = useMakingWords();
  const disks = server?.data_disks ?? [];
  return (
    <Form.Item
      name="disk_id"
      label={words.disk}
      rules={[{ required: true, message: required(words.disk) }]}
      extra={server !== null && disks.length === 0 ? words.noDisks : undefined}
    >
      <Select
        options={disks.map(({ id, size_gib }, index) => ({ value: id, label: words.diskName(index + 1, size_gib) }))}
      />
    </Form.Item>
  );
}
