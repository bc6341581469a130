import { Select } from 'antd';
import { useServersWords } from '../language/servers.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { useUsableImages } from './use-usable-images.ts';

interface ImageSelectProps {
  readonly id?: string;
  readonly value?: string | null;
  readonly onChange?: (id: string) => void;
}

const VISIBILITIES = ['private', 'public', 'shared', 'community'] as const;

/** A field of a form whose value is an image a server can be made of; typing narrows the list. */
export function ImageSelect({ id, value = null, onChange }: ImageSelectProps) {
  const { image: words } = useServersWords();
  const { data, error, isPending, refetch } = useUsableImages();
  const images = data ?? [];
  const groups = VISIBILITIES.map((visibility) => ({
    label: words.visibility[visibility],
    options: images
      .filter((image) => image.visibility === visibility)
      .map((image) => ({
        value: image.id,
        label: `${image.name ?? image.id} · ${[image.os_distro, image.os_version].filter(Boolean).join(' ')} · ${image.min_disk} GB`,
      })),
  })).filter(({ options }) => options.length > 0);
  return (
    <>
      {error !== null && <ProblemAlert error={error} onAgain={() => void refetch()} />}
      <Select
        {...(id !== undefined && { id })}
        // Until the list is there an id would stand here, which tells nobody anything.
        value={images.some((image) => image.id === value) ? value : null}
        loading={isPending}
        showSearch={{ optionFilterProp: 'label' }}
        placeholder={words.placeholder}
        notFoundContent={words.empty}
        options={groups}
        onChange={(chosen: string) => onChange?.(chosen)}
      />
    </>
  );
}
