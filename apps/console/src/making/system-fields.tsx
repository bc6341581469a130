import { useQuery } from '@tanstack/react-query';
import { AutoComplete, Form, type FormInstance, Select } from 'antd';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useMakingWords } from '../language/making.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import type { ImportDraft } from './import-draft.ts';
import { useField } from './use-field.ts';

/** Operating system, version and architecture, as far as the gateway knows them. */
export function SystemFields({ form }: { readonly form: FormInstance<ImportDraft> }) {
  const { file: words, required } = useMakingWords();
  const { api } = useGateway();
  const { data, error, isPending } = useQuery({
    queryKey: ['operating-systems'],
    queryFn: ({ signal }) => answered(api.GET('/v1/operating-systems', { signal })),
    staleTime: Infinity,
  });
  const distro = useField(form, 'os_distro');
  const version = useField(form, 'os_version') ?? '';
  const systems = data?.operating_systems ?? [];
  const system = systems.find(({ os_distro }) => os_distro === distro);
  const versions = system?.versions ?? [];
  const chosen = versions.find(({ os_version, any_minor }) => {
    return version === os_version || (any_minor && version.startsWith(`${os_version}.`));
  });
  const architectures = chosen?.architectures ?? ['x86_64', 'aarch64'];
  return (
    <>
      {error !== null && <ProblemAlert error={error} />}
      <div className="field-row">
        <Form.Item name="os_distro" label={words.system} rules={[{ required: true, message: required(words.system) }]}>
          <Select
            loading={isPending}
            showSearch={{ optionFilterProp: 'label' }}
            options={systems.map(({ os_distro, name }) => ({ value: os_distro, label: name }))}
            onChange={() => {
              form.setFieldsValue({ os_version: '' });
            }}
          />
        </Form.Item>
        <Form.Item
          name="os_version"
          label={words.version}
          extra={versions.some(({ any_minor }) => any_minor) ? words.versionHint : undefined}
          rules={[{ required: true, whitespace: true, message: required(words.version) }]}
        >
          <AutoComplete options={versions.map(({ os_version }) => ({ value: os_version }))} />
        </Form.Item>
        <Form.Item name="architecture" label={words.architecture} required>
          <Select options={architectures.map((value) => ({ value, label: value }))} />
        </Form.Item>
      </div>
    </>
  );
}
