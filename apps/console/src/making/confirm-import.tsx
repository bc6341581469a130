import { useQuery } from '@tanstack/react-query';
import { Descriptions } from 'antd';
import type { Action } from '../actions/use-action.ts';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useMakingWords } from '../language/making.ts';
import { useUpload } from '../uploads/use-upload.ts';
import { ConfirmStep } from './confirm-step.tsx';
import { type ImportDraft, importOf } from './import-draft.ts';
import { PreflightPanel } from './preflight-panel.tsx';

interface ConfirmImportProps {
  readonly draft: ImportDraft;
  readonly action: Action<ImportDraft, { id: string }>;
  readonly onBack: () => void;
}

/** 确认镜像参数, of a file: with what an import of it would meet. */
export function ConfirmImport({ draft, action, onBack }: ConfirmImportProps) {
  const { api } = useGateway();
  const preflight = useQuery({
    queryKey: ['preflight', draft],
    queryFn: ({ signal }) => answered(api.POST('/v1/imports/preflight', { body: importOf(draft), signal })),
    staleTime: Infinity,
    gcTime: 0,
  });
  const isRefused = preflight.data?.points.some(({ status, code }) => status === 'problem' && code !== null) ?? false;
  return (
    <ConfirmStep
      {...{ onBack }}
      error={action.error}
      busy={action.isPending}
      blocked={preflight.isFetching || isRefused}
      onSubmit={() => {
        action.mutate(draft);
      }}
    >
      <ImportSummary draft={draft} />
      <PreflightPanel
        report={preflight.data ?? null}
        error={preflight.error}
        busy={preflight.isFetching}
        onAgain={() => void preflight.refetch()}
      />
    </ConfirmStep>
  );
}

function ImportSummary({ draft }: { readonly draft: ImportDraft }) {
  const words = useMakingWords();
  const { file } = words;
  const { upload } = useUpload();
  const { name, description, os_distro, os_version, architecture, image_type, verify_boot } = importOf(draft);
  const places = { bucket: draft.address, url: draft.url, upload: upload?.file.name ?? words.uploads.finished };
  const format = draft.disk_format.toUpperCase() + (draft.compression === 'none' ? '' : ` + ${draft.compression}`);
  return (
    <Descriptions
      bordered
      size="small"
      column={1}
      items={[
        {
          key: 'place',
          label: file.places[draft.place],
          children: <span className="anywhere">{places[draft.place]}</span>,
        },
        { key: 'system', label: file.system, children: `${os_distro} ${os_version}` },
        { key: 'architecture', label: file.architecture, children: architecture },
        { key: 'format', label: file.format, children: format },
        { key: 'disk', label: file.disk, children: draft.min_disk },
        { key: 'type', label: file.type, children: words.kind[image_type ?? draft.image_type] },
        { key: 'enterprise', label: file.enterprise, children: draft.enterprise_project_id },
        { key: 'name', label: words.name, children: name },
        { key: 'description', label: words.description, children: description ?? '—' },
        { key: 'verify', label: words.verifyBoot, children: verify_boot === true ? words.yes : words.no },
      ]}
    />
  );
}
