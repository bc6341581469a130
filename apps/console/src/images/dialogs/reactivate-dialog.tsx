import { useEffect, useRef } from 'react';
import { Modal } from 'antd';
import { useAction } from '../../actions/use-action.ts';
import { useGateway } from '../../gateway/use-gateway.ts';
import { useImagesWords } from '../../language/images.ts';
import { ProblemAlert } from '../../problem/problem-alert.tsx';
import type { ImageDialogProps } from '../image-dialog.tsx';
import { nameOf } from '../image.ts';

/** 启用: nothing is lost by it, so nothing is asked; only what refuses it is shown. */
export function ReactivateDialog({ image, onClose }: ImageDialogProps) {
  const words = useImagesWords();
  const { api } = useGateway();
  const begun = useRef(false);
  const { mutate, error } = useAction({
    act: () => api.POST('/v2/images/{image_id}/actions/reactivate', { params: { path: { image_id: image.id } } }),
    areas: ['images'],
    said: () => words.done.reactivated(nameOf(image, words)),
    done: onClose,
  });
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    mutate();
  }, [mutate]);
  return (
    <Modal open={error !== null} title={words.actions.reactivate} footer={null} onCancel={onClose}>
      {error !== null && <ProblemAlert error={error} />}
    </Modal>
  );
}
