import { Table, Tag } from 'antd';
import { useWords } from '../language/language.ts';
import { useMakingWords } from '../language/making.ts';
import type { Preflight } from './preflight-panel.tsx';

type Point = Preflight['points'][number];

const COLOURS = { ok: 'success', warning: 'warning', problem: 'error', unknown: 'default' } as const;
/** What is wrong stands first. */
const ORDER = ['problem', 'warning', 'unknown', 'ok'] as const;

/** What was looked at, each with what was seen of it and what to do. */
export function PreflightPoints({ points }: { readonly points: readonly Point[] }) {
  const { preflight: words } = useMakingWords();
  const { problem } = useWords();
  return (
    <Table<Point>
      rowKey="check"
      size="small"
      pagination={false}
      dataSource={points.toSorted((one, other) => ORDER.indexOf(one.status) - ORDER.indexOf(other.status))}
      onRow={({ check, status, code }) => ({ 'data-check': check, 'data-status': status, 'data-code': code }) as object}
      columns={[
        { key: 'check', title: words.columns.check, width: 130, render: (_, { check }) => words.check[check] ?? check },
        {
          key: 'status',
          title: words.columns.status,
          width: 90,
          render: (_, { status }) => <Tag color={COLOURS[status]}>{words.status[status]}</Tag>,
        },
        {
          key: 'seen',
          title: words.columns.seen,
          render: (_, { seen, where, remedy, code }) => (
            <>
              <div>{seen}</div>
              {where !== null && <div className="fine anywhere">{where}</div>}
              {remedy !== null && (
                <div>
                  {problem.remedy}: {remedy}
                </div>
              )}
              {code !== null && <code className="fine">{code}</code>}
            </>
          ),
        },
      ]}
    />
  );
}
