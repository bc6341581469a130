import { Drawer } from 'antd';
import type { Image } from '../images/image.ts';
import { useOperatorWords } from '../language/operator.ts';
import { ReviewForm } from './review-form.tsx';
import { ReviewList } from './review-list.tsx';
import { ScanPanel } from './scan-panel.tsx';

interface ReviewDrawerProps {
  /** Null: closed. */
  readonly image: Image | null;
  readonly onClose: () => void;
}

/** What operators saw in an image before, and what this one sees. */
export function ReviewDrawer({ image, onClose }: ReviewDrawerProps) {
  const { publishing: words, parked } = useOperatorWords();
  return (
    <Drawer
      open={image !== null}
      onClose={onClose}
      title={image === null ? words.review : words.reviewOf(image.name ?? image.id)}
      size="large"
      closable={{ 'aria-label': parked.close }}
      destroyOnHidden
    >
      {image !== null && (
        <>
          <h2>{words.scan}</h2>
          <ScanPanel imageId={image.id} />
          <h2>{words.review}</h2>
          <ReviewForm imageId={image.id} />
          <h2>{words.reviews}</h2>
          <ReviewList imageId={image.id} />
        </>
      )}
    </Drawer>
  );
}
