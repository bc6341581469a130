import { Tag } from 'antd';
import { useImagesWords } from '../language/images.ts';
import type { Image, ImageStatus } from './image.ts';

const COLOURS: Readonly<Record<ImageStatus, string>> = {
  queued: 'default',
  saving: 'processing',
  uploading: 'processing',
  importing: 'processing',
  active: 'success',
  deactivated: 'warning',
  killed: 'error',
  deleted: 'default',
};

/** What an image is doing, and why it failed. */
export function ImageStatusTag({ image, reason = false }: { readonly image: Image; readonly reason?: boolean }) {
  const words = useImagesWords();
  return (
    <>
      <Tag color={COLOURS[image.status]} data-image-status={image.status}>
        {words.status[image.status]}
      </Tag>
      {reason && image.error_message !== undefined && <div className="fine reason">{image.error_message}</div>}
    </>
  );
}
