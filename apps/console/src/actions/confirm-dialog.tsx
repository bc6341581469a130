import { Modal } from 'antd';
import type { ReactNode } from 'react';
import { useWords } from '../language/language.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import type { Action } from './use-action.ts';

interface ConfirmDialogProps<A> {
  readonly open: boolean;
  /** The question, which names the thing: 删除镜像“web”？ */
  readonly title: string;
  /** What will be lost by it. */
  readonly children?: ReactNode;
  /** What the button that does it says. */
  readonly verb: string;
  readonly action: Action<void, A>;
  readonly onClose: () => void;
}

/** Asks once before something is done that cannot be undone. It stays open until it is done or given up. */
export function ConfirmDialog<A>({ open, title, children, verb, action, onClose }: ConfirmDialogProps<A>) {
  const { dialog: words } = useWords();
  const close = (): void => {
    action.reset();
    onClose();
  };
  return (
    <Modal
      open={open}
      title={title}
      okText={verb}
      cancelText={words.cancel}
      okButtonProps={{ danger: true }}
      confirmLoading={action.isPending}
      onOk={() => {
        action.mutate(undefined, { onSuccess: close });
      }}
      onCancel={close}
      destroyOnHidden
    >
      {children}
      {action.isError && <ProblemAlert error={action.error} />}
    </Modal>
  );
}
