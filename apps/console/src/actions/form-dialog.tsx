import { Form, Modal } from 'antd';
import { type ReactNode, useId } from 'react';
import { useWords } from '../language/language.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import type { Action } from './use-action.ts';

interface FormDialogProps<V, A> {
  readonly title: string;
  readonly lead?: ReactNode;
  /** What the button that does it says. */
  readonly verb: string;
  readonly initial: Partial<V>;
  readonly action: Action<V, A>;
  /** The fields. */
  readonly children: ReactNode;
  /** It cannot be done now. */
  readonly disabled?: boolean;
  readonly onClose: () => void;
}

/** Asks for what an action needs; it stays open, with what was refused, until it is done or given up. */
export function FormDialog<V extends object, A = unknown>(props: FormDialogProps<V, A>) {
  const { title, lead, verb, initial, action, children, disabled = false, onClose } = props;
  const { dialog: words } = useWords();
  const form = useId();
  return (
    <Modal
      open
      title={title}
      okText={verb}
      cancelText={words.cancel}
      okButtonProps={{ htmlType: 'submit', form, disabled }}
      confirmLoading={action.isPending}
      onCancel={onClose}
      destroyOnHidden
    >
      {lead !== undefined && <p>{lead}</p>}
      <Form<V>
        id={form}
        layout="vertical"
        requiredMark={false}
        scrollToFirstError
        initialValues={initial}
        onFinish={(values) => {
          action.mutate(values);
        }}
      >
        {children}
      </Form>
      {action.isError && <ProblemAlert error={action.error} />}
    </Modal>
  );
}
