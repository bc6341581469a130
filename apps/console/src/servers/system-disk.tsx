import type { FormInstance } from 'antd';
import { useServersWords } from '../language/servers.ts';
import { useField } from '../making/use-field.ts';
import type { ServersOrder } from './servers-order.ts';
import { useUsableImages } from './use-usable-images.ts';

/** How large the system disk will be: as the image says, so there is nothing to choose. */
export function SystemDisk({ form }: { readonly form: FormInstance<ServersOrder> }) {
  const { create: words } = useServersWords();
  const id = useField(form, 'image_id');
  const image = useUsableImages().data?.find((each) => each.id === id);
  return (
    <div className="fixed-field">
      <div className="field-label">{words.disk}</div>
      <div className="fixed-value" data-system-disk={image?.min_disk}>
        {image === undefined ? words.diskUnknown : `${image.min_disk} GB`}
      </div>
      <div className="fine">
        {words.diskHint}
        {image?.image_type === 'full_machine' && words.machineDisks}
      </div>
    </div>
  );
}
