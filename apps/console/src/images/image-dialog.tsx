import { CopyDialog } from './dialogs/copy-dialog.tsx';
import { DeactivateDialog } from './dialogs/deactivate-dialog.tsx';
import { DeleteDialog } from './dialogs/delete-dialog.tsx';
import { EditDialog } from './dialogs/edit-dialog.tsx';
import { ExportDialog } from './dialogs/export-dialog.tsx';
import { ReactivateDialog } from './dialogs/reactivate-dialog.tsx';
import { ShareDialog } from './dialogs/share-dialog.tsx';
import type { Image, ImageAction } from './image.ts';

/** What somebody is about to do with which image. */
export interface OpenDialog {
  readonly action: ImageAction;
  readonly image: Image;
}

export interface ImageDialogProps {
  readonly image: Image;
  readonly onClose: () => void;
  /** The image is gone. */
  readonly onDone?: () => void;
}

/** The dialog in which something is done with an image. */
export function ImageDialog({ action, ...props }: ImageDialogProps & { readonly action: ImageAction }) {
  const Dialog = DIALOGS[action];
  return <Dialog {...props} />;
}

const DIALOGS = {
  edit: EditDialog,
  share: ShareDialog,
  exporting: ExportDialog,
  copy: CopyDialog,
  deactivate: DeactivateDialog,
  reactivate: ReactivateDialog,
  remove: DeleteDialog,
};
