import { Button } from 'antd';
import { useState } from 'react';
import { ConfirmDialog } from '../actions/confirm-dialog.tsx';
import { useAction } from '../actions/use-action.ts';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import type { Image } from '../images/image.ts';
import { useOperatorWords } from '../language/operator.ts';

/** Makes an image everybody's, or its project's alone again; asks first, since others see it. */
export function PublishButton({ image }: { readonly image: Image }) {
  const { publishing: words } = useOperatorWords();
  const { api } = useGateway();
  const [asking, setAsking] = useState(false);
  const { id, name, visibility } = image;
  const shown = name ?? id;
  const isPublic = visibility === 'public';
  const params = { path: { image_id: id } };
  const action = useAction({
    act: () =>
      answered(
        isPublic
          ? api.POST('/v1/operator/images/{image_id}/unpublish', { params, body: {} })
          : api.POST('/v1/operator/images/{image_id}/publish', { params, body: {} }),
      ),
    areas: ['images'],
    said: () => (isPublic ? words.unpublished(shown) : words.published(shown)),
  });
  return (
    <>
      <Button
        size="small"
        type={isPublic ? 'default' : 'primary'}
        onClick={() => {
          setAsking(true);
        }}
      >
        {isPublic ? words.unpublish : words.publish}
      </Button>
      <ConfirmDialog
        open={asking}
        title={isPublic ? words.unpublishAsk(shown) : words.publishAsk(shown)}
        verb={isPublic ? words.unpublish : words.publish}
        action={action}
        onClose={() => {
          setAsking(false);
        }}
      >
        {isPublic ? words.unpublishWhat : words.publishWhat}
      </ConfirmDialog>
    </>
  );
}
