import { Alert, Button, Descriptions, Spin } from 'antd';
import type { components } from '../gateway/openapi.ts';
import { bytesFor } from '../jobs/job-figures.ts';
import { useSpeech } from '../language/language.ts';
import { useMakingWords } from '../language/making.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { PreflightPoints } from './preflight-points.tsx';

export type Preflight = components['schemas']['Preflight'];

interface PreflightPanelProps {
  readonly report: Preflight | null;
  readonly error: unknown;
  readonly busy: boolean;
  readonly onAgain: () => void;
}

const TONES = { ok: 'success', warning: 'warning', problem: 'error', unknown: 'info' } as const;

/** What an import would meet, before there is one. */
export function PreflightPanel({ report, error, busy, onAgain }: PreflightPanelProps) {
  const { preflight: words } = useMakingWords();
  return (
    <section className="preflight" aria-labelledby="preflight-title" aria-busy={busy}>
      <div className="panel-head">
        <h3 id="preflight-title">{words.title}</h3>
        <Button size="small" loading={busy} onClick={onAgain}>
          {words.again}
        </Button>
      </div>
      <div role="status">
        {busy && (
          <span className="preflight-busy">
            <Spin size="small" /> {words.running}
          </span>
        )}
        {!busy && report !== null && <Sum report={report} />}
      </div>
      {!busy && error !== null && <ProblemAlert error={error} />}
      {report !== null && (
        <>
          <Facts report={report} />
          <PreflightPoints points={report.points} />
        </>
      )}
    </section>
  );
}

/** A problem of the disk alone keeps nobody from making the image. */
function Sum({ report: { status, points } }: { readonly report: Preflight }) {
  const { preflight: words } = useMakingWords();
  const isRefused = points.some((point) => point.status === 'problem' && point.code !== null);
  const isWarned = status === 'problem' && !isRefused;
  return (
    <Alert
      showIcon
      type={isWarned ? 'warning' : TONES[status]}
      title={isWarned ? words.warned : words.sum[status]}
      data-preflight={isRefused ? 'refused' : 'accepted'}
    />
  );
}

function Facts({ report: { facts, estimate } }: { readonly report: Preflight }) {
  const { preflight: words } = useMakingWords();
  const { language } = useSpeech();
  const bytes = (count: string | null): string => (count === null ? words.unknown : bytesFor(language, count));
  return (
    <Descriptions
      size="small"
      column={2}
      items={[
        { key: 'size', label: words.size, children: bytes(facts.size) },
        { key: 'virtual', label: words.virtual, children: bytes(facts.virtual_size) },
        {
          key: 'needed',
          label: words.needed,
          children: facts.needed_min_disk === null ? words.unknown : `${facts.needed_min_disk} GB`,
        },
        {
          key: 'estimate',
          label: words.estimate,
          children: estimate.seconds === null ? words.unknown : words.seconds(estimate.seconds),
        },
      ]}
    />
  );
}
