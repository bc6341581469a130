import type { TableColumnsType } from 'antd';
import { Link } from 'wouter';
import { bytesFor, timeFor } from '../jobs/job-figures.ts';
import type { ImagesWords } from '../language/images.zh.ts';
import type { Session } from '../session/session.ts';
import type { OpenDialog } from './image-dialog.tsx';
import { actionsOn, type Image, type ImageTab, isUsable, nameOf, systemOf } from './image.ts';
import { ImageStatusTag } from './image-status.tsx';
import { MoreActions } from './more-actions.tsx';

interface ColumnOptions {
  readonly words: ImagesWords;
  readonly language: string;
  readonly tab: ImageTab;
  readonly session: Session;
  readonly onAction: (dialog: OpenDialog) => void;
}

/** What a list says of each image, and what can be done with it. */
export function imageColumns({ words, language, tab, session, onAction }: ColumnOptions): TableColumnsType<Image> {
  const { columns } = words;
  return [
    {
      key: 'name',
      title: columns.name,
      render: (_, image) => (
        <>
          <Link href={`/images/${image.id}`}>{nameOf(image, words)}</Link>
          {tab === 'private' && image.visibility === 'shared' && (
            <span className="fine"> · {words.visibility.shared}</span>
          )}
        </>
      ),
    },
    { key: 'status', title: columns.status, render: (_, image) => <ImageStatusTag image={image} reason /> },
    { key: 'system', title: columns.system, render: (_, image) => systemOf(image, words) },
    { key: 'type', title: columns.type, render: (_, { image_type: type = '' }) => words.type[type] ?? words.none },
    {
      key: 'disk',
      title: columns.disk,
      render: (_, { min_disk: disk }) => (disk === 0 ? words.none : words.gib(disk)),
    },
    {
      key: 'size',
      title: columns.size,
      render: (_, { size }) => (size === null ? words.none : bytesFor(language, String(size))),
    },
    ...(tab === 'shared' ? [ownerColumn(words, session)] : []),
    {
      key: 'created',
      title: columns.created,
      render: (_, { created_at: created }) => <time dateTime={created}>{timeFor(language, created)}</time>,
    },
    {
      key: 'actions',
      title: columns.actions,
      render: (_, image) => (
        <span className="row-actions">
          {isUsable(image) && (
            <Link
              href={`/servers/new?image=${image.id}`}
              aria-label={`${words.actions.order}: ${nameOf(image, words)}`}
            >
              {words.actions.order}
            </Link>
          )}
          <MoreActions image={image} actions={actionsOn(image, session)} onAction={onAction} />
        </span>
      ),
    },
  ];
}

function ownerColumn(words: ImagesWords, session: Session): TableColumnsType<Image>[number] {
  return {
    key: 'owner',
    title: words.columns.owner,
    render: (_, { owner }) => (owner === session.project_id ? words.mine : <code className="fine">{owner}</code>),
  };
}
