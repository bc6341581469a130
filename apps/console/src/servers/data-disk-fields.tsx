import { Button, Form, InputNumber } from 'antd';
import { useServersWords } from '../language/servers.ts';

/** Disks a server may have beside its system disk, empty ones. */
export function DataDiskFields() {
  const { create: words } = useServersWords();
  return (
    <Form.List name="data_disks">
      {(fields, { add, remove }) => (
        <div role="group" aria-label={words.dataDisks} className="data-disks">
          <div className="field-label">{words.dataDisks}</div>
          {fields.map(({ key, name }) => (
            <div key={key} className="field-with-button">
              <Form.Item
                name={[name, 'size_gib']}
                label={words.diskSize(name + 1)}
                rules={[{ required: true, message: words.required(words.diskSize(name + 1)) }]}
              >
                <InputNumber min={1} max={1024} precision={0} className="whole" />
              </Form.Item>
              <Button
                onClick={() => {
                  remove(name);
                }}
              >
                {words.removeDisk(name + 1)}
              </Button>
            </div>
          ))}
          <Button
            type="dashed"
            disabled={fields.length >= 16}
            onClick={() => {
              add({ size_gib: 10 });
            }}
          >
            {words.addDisk}
          </Button>
        </div>
      )}
    </Form.List>
  );
}
