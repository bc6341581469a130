import { ConfirmDialog } from '../../actions/confirm-dialog.tsx';
import { useAction } from '../../actions/use-action.ts';
import { useGateway } from '../../gateway/use-gateway.ts';
import { useImagesWords } from '../../language/images.ts';
import type { ImageDialogProps } from '../image-dialog.tsx';
import { nameOf } from '../image.ts';

/** 停用: servers can be made of it no more, until it is made active again. */
export function DeactivateDialog({ image, onClose }: ImageDialogProps) {
  const words = useImagesWords();
  const { api } = useGateway();
  const name = nameOf(image, words);
  const action = useAction({
    act: () => api.POST('/v2/images/{image_id}/actions/deactivate', { params: { path: { image_id: image.id } } }),
    areas: ['images'],
    said: () => words.done.deactivated(name),
  });
  return (
    <ConfirmDialog open title={words.deactivate.title(name)} verb={words.deactivate.verb} {...{ action, onClose }}>
      <p>{words.deactivate.lead}</p>
    </ConfirmDialog>
  );
}
