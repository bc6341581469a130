import { Descriptions } from 'antd';
import type { Action } from '../actions/use-action.ts';
import { useMakingWords } from '../language/making.ts';
import { type CaptureDraft, captureOf } from './capture-draft.ts';
import { ConfirmStep } from './confirm-step.tsx';

interface ConfirmCaptureProps {
  readonly draft: CaptureDraft;
  readonly action: Action<CaptureDraft, { id: string }>;
  readonly onBack: () => void;
}

/** 确认镜像参数, of a server. */
export function ConfirmCapture({ draft, action, onBack }: ConfirmCaptureProps) {
  const words = useMakingWords();
  const { name, description, generalize, verify_boot } = captureOf(draft);
  const said = (yes: boolean | undefined): string => (yes === true ? words.yes : words.no);
  const place = draft.server.data_disks.findIndex(({ id }) => id === draft.disk_id);
  const disk = draft.server.data_disks[place];
  return (
    <ConfirmStep
      {...{ onBack }}
      error={action.error}
      busy={action.isPending}
      onSubmit={() => {
        action.mutate(draft);
      }}
    >
      <Descriptions
        bordered
        size="small"
        column={1}
        items={[
          { key: 'server', label: words.sources.server, children: draft.server.name },
          {
            key: 'kind',
            label: words.kind.label,
            children: (
              <>
                {words.kind[draft.kind]}
                {draft.kind === 'data_disk' &&
                  disk !== undefined &&
                  `: ${words.kind.diskName(place + 1, disk.size_gib)}`}
              </>
            ),
          },
          { key: 'name', label: words.name, children: name },
          { key: 'description', label: words.description, children: description ?? '—' },
          { key: 'generalize', label: words.generalize, children: said(generalize) },
          { key: 'verify', label: words.verifyBoot, children: said(verify_boot) },
        ]}
      />
    </ConfirmStep>
  );
}
