import { Button, Form, Input } from 'antd';
import { useAction } from '../../actions/use-action.ts';
import { answered } from '../../gateway/gateway.ts';
import type { components } from '../../gateway/openapi.ts';
import { useGateway } from '../../gateway/use-gateway.ts';
import { useImagesWords } from '../../language/images.ts';
import { ProblemAlert } from '../../problem/problem-alert.tsx';
import type { Image } from '../image.ts';
import { ScanWarnings } from './scan-warnings.tsx';
import { ShareResults } from './share-results.tsx';

interface ShareWithProjectsProps {
  readonly image: Image;
  readonly quota: components['schemas']['ImageShares']['quota'];
}

/** Shares an image with the projects whose ids are typed, with commas between them. */
export function ShareWithProjects({ image, quota }: ShareWithProjectsProps) {
  const { share: words } = useImagesWords();
  const { api } = useGateway();
  const [form] = Form.useForm<{ projects: string }>();
  const action = useAction({
    act: (projects: string) =>
      answered(
        api.POST('/v1/images/{image_id}/shares', {
          params: { path: { image_id: image.id } },
          body: { project_ids: projects.replace(/,\s*$/, '') },
        }),
      ),
    areas: ['shares', 'images'],
    done: ({ results }) => {
      // What was refused stays to be mended.
      const refused = results.filter(({ error }) => error !== null).map(({ project_id: project }) => project);
      form.setFieldsValue({ projects: refused.join(',') });
    },
  });
  return (
    <Form
      form={form}
      layout="vertical"
      requiredMark
      initialValues={{ projects: '' }}
      onFinish={({ projects }) => {
        action.mutate(projects);
      }}
    >
      <ScanWarnings imageId={image.id} />
      <p>{words.lead}</p>
      <Form.Item
        name="projects"
        label={words.projects}
        extra={quota === null ? undefined : words.hint(quota.limit, quota.used)}
        rules={[{ required: true, whitespace: true, message: words.missing }]}
      >
        <Input.TextArea maxLength={16_384} rows={3} autoComplete="off" spellCheck={false} />
      </Form.Item>
      {action.isError && <ProblemAlert error={action.error} />}
      {action.data !== undefined && <ShareResults results={action.data.results} done={words.shared} />}
      <Button type="primary" htmlType="submit" loading={action.isPending}>
        {words.submit}
      </Button>
    </Form>
  );
}
