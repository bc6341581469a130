import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Form, Input } from 'antd';
import { useWords } from '../language/language.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import type { Session } from './session.ts';
import { type Credentials, signIn } from './sign-in.ts';

interface SignInPageProps {
  /** The last session ended by itself. */
  readonly expired: boolean;
  readonly onEnter: (session: Session) => void;
}

/** Name, password and project, as Keystone asks for them. */
export function SignInPage({ expired, onEnter }: SignInPageProps) {
  const { signIn: words } = useWords();
  const entering = useMutation({ mutationFn: signIn, onSuccess: onEnter });
  const required = (field: string) => [{ required: true, message: words.missing(field) }];
  return (
    <div className="narrow">
      <h1>{words.title}</h1>
      <p>{words.lead}</p>
      {expired && !entering.isError && <Alert type="warning" showIcon title={words.expired} role="alert" />}
      {entering.isError && <ProblemAlert error={entering.error} hint={words.hint} />}
      <Form<Credentials>
        layout="vertical"
        requiredMark={false}
        initialValues={{ project: '' }}
        onFinish={(credentials) => {
          entering.mutate(credentials);
        }}
      >
        <Form.Item name="name" label={words.name} rules={required(words.name)}>
          <Input autoComplete="username" autoFocus />
        </Form.Item>
        <Form.Item name="password" label={words.password} rules={required(words.password)}>
          <Input type="password" autoComplete="current-password" />
        </Form.Item>
        <Form.Item name="project" label={words.project} extra={words.projectHint}>
          <Input autoComplete="organization" />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={entering.isPending}>
          {words.submit}
        </Button>
      </Form>
    </div>
  );
}
