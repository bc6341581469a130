import { useQuery } from '@tanstack/react-query';
import { ConfirmDialog } from '../../actions/confirm-dialog.tsx';
import { useAction } from '../../actions/use-action.ts';
import { answered } from '../../gateway/gateway.ts';
import { useGateway } from '../../gateway/use-gateway.ts';
import { useImagesWords } from '../../language/images.ts';
import { ProblemAlert } from '../../problem/problem-alert.tsx';
import type { ImageDialogProps } from '../image-dialog.tsx';
import { nameOf } from '../image.ts';

/** 删除: says who loses the image with its owner. */
export function DeleteDialog({ image, onClose, onDone }: ImageDialogProps) {
  const words = useImagesWords();
  const { api, region } = useGateway();
  const name = nameOf(image, words);
  const params = { path: { image_id: image.id } };
  const shares = useQuery({
    queryKey: ['shares', region, 'of', image.id],
    queryFn: ({ signal }) => answered(api.GET('/v1/images/{image_id}/shares', { params, signal })),
  });
  const action = useAction({
    act: () => answered(api.DELETE('/v1/images/{image_id}', { params })),
    areas: ['images', 'shares', 'quotas'],
    said: ({ members_losing }) => words.done.removed(name, members_losing),
    ...(onDone === undefined ? {} : { done: onDone }),
  });
  const losing = shares.data?.shares.filter(({ status }) => status !== 'rejected') ?? [];
  return (
    <ConfirmDialog open title={words.remove.title(name)} verb={words.remove.verb} {...{ action, onClose }}>
      <p>{words.remove.lead}</p>
      {shares.error !== null && <ProblemAlert error={shares.error} />}
      {shares.data !== undefined && losing.length === 0 && <p>{words.remove.nobody}</p>}
      {losing.length > 0 && (
        <>
          <p>
            <strong>{words.remove.losing(losing.length)}</strong>
          </p>
          <ul className="losing">
            {losing.map(({ project_id: project }) => (
              <li key={project}>
                <code>{project}</code>
              </li>
            ))}
          </ul>
        </>
      )}
    </ConfirmDialog>
  );
}
