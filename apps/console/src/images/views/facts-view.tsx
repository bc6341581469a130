import type { ReactNode } from 'react';
import { bytesFor, timeFor } from '../../jobs/job-figures.ts';
import { useImageWords } from '../../language/image.ts';
import { useImagesWords } from '../../language/images.ts';
import { useSpeech } from '../../language/language.ts';
import { type Image, systemOf } from '../image.ts';
import { ImageStatusTag } from '../image-status.tsx';
import { FailureReason } from './failure-reason.tsx';

/** What an image is. */
export function FactsView({ image }: { readonly image: Image }) {
  const facts = useFacts(image);
  return (
    <>
      <FailureReason image={image} />
      <dl className="facts">
        {facts.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

type Fact = readonly [term: string, value: ReactNode];

function useFacts(image: Image): readonly Fact[] {
  const all = useImagesWords();
  const page = useImageWords();
  const { language } = useSpeech();
  const { facts: words } = page;
  const bytes = (count: number | null): string => (count === null ? all.none : bytesFor(language, String(count)));
  const time = (instant: string) => <time dateTime={instant}>{timeFor(language, instant)}</time>;
  const code = (text: string | null | undefined) => (text == null ? null : <code>{text}</code>);
  const facts: readonly Fact[] = [
    [words.status, <ImageStatusTag key="status" image={image} />],
    [words.visibility, all.visibility[image.visibility]],
    [words.description, image.description],
    [all.columns.system, systemOf(image, all)],
    [words.architecture, image.architecture],
    [all.columns.type, all.type[image.image_type ?? '']],
    [all.columns.disk, image.min_disk === 0 ? null : all.gib(image.min_disk)],
    [words.ram, image.min_ram === 0 ? null : all.mib(image.min_ram)],
    [words.firmware, image.hw_firmware_type?.toUpperCase()],
    [words.format, image.disk_format?.toUpperCase()],
    [all.columns.size, bytes(image.size)],
    [words.virtual, bytes(image.virtual_size)],
    [words.boot, bootOf(image, page)],
    [words.protected, image.protected ? page.yes : page.no],
    [words.tags, image.tags.join(', ')],
    [words.source, code(image.source_uri)],
    [words.server, image.source_server_name],
    [words.enterprise, image.enterprise_project_id],
    [words.owner, code(image.owner)],
    [words.region, image.region],
    [words.id, code(image.id)],
    [words.checksum, code(image.checksum)],
    [words.hash, code(image.os_hash_value === null ? null : `${image.os_hash_algo ?? ''} ${image.os_hash_value}`)],
    [words.created, time(image.created_at)],
    [words.updated, time(image.updated_at)],
  ];
  return facts.filter(([, value]) => value !== null && value !== undefined && value !== '');
}

function bootOf({ boot }: Image, { boot: words }: ReturnType<typeof useImageWords>): string | null {
  if (boot == null) return null;
  return boot === 'proven' ? words.proven : words.notProven;
}
