import { Button } from 'antd';
import { useState } from 'react';
import { Link } from 'wouter';
import { useImagesWords } from '../language/images.ts';
import { useSession } from '../session/use-session.ts';
import { ImageDialog } from './image-dialog.tsx';
import { actionsOn, type Image, type ImageAction, isUsable } from './image.ts';

interface ImageButtonsProps {
  readonly image: Image;
  /** It has been deleted. */
  readonly onGone: () => void;
}

/** Everything somebody may do with an image. */
export function ImageButtons({ image, onGone }: ImageButtonsProps) {
  const words = useImagesWords();
  const session = useSession();
  const [action, setAction] = useState<ImageAction | null>(null);
  return (
    <>
      {isUsable(image) && (
        <Link href={`/servers/new?image=${image.id}`} className="call">
          {words.actions.order}
        </Link>
      )}
      {actionsOn(image, session).map((each) => (
        <Button
          key={each}
          danger={each === 'remove'}
          onClick={() => {
            setAction(each);
          }}
        >
          {words.actions[each]}
        </Button>
      ))}
      {action !== null && (
        <ImageDialog
          action={action}
          image={image}
          onDone={onGone}
          onClose={() => {
            setAction(null);
          }}
        />
      )}
    </>
  );
}
