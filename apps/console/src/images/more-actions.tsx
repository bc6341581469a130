import { Button, Dropdown } from 'antd';
import { useImagesWords } from '../language/images.ts';
import type { OpenDialog } from './image-dialog.tsx';
import { type Image, type ImageAction, nameOf } from './image.ts';

interface MoreActionsProps {
  readonly image: Image;
  readonly actions: readonly ImageAction[];
  readonly onAction: (dialog: OpenDialog) => void;
}

/** 更多: what else the owner may do with an image in a list. */
export function MoreActions({ image, actions, onAction }: MoreActionsProps) {
  const words = useImagesWords();
  if (actions.length === 0) return null;
  return (
    <Dropdown
      trigger={['click']}
      autoFocus
      menu={{
        items: actions.map((action) => ({
          key: action,
          label: words.actions[action],
          danger: action === 'remove',
        })),
        onClick: ({ key }) => {
          onAction({ action: key as ImageAction, image });
        },
      }}
    >
      <Button size="small" type="link" aria-haspopup="menu" aria-label={words.actions.moreOf(nameOf(image, words))}>
        {words.actions.more}
      </Button>
    </Dropdown>
  );
}
