import { Button, Input, Select } from 'antd';
import { type SubmitEvent, useState } from 'react';
import { useOperatorWords } from '../language/operator.ts';
import type { AuditFilter } from './audit-filter.ts';

interface AuditFiltersProps {
  readonly filter: AuditFilter;
  readonly onFilter: (filter: AuditFilter) => void;
}

const TYPES = EVENT_TYPES.map((value) => ({ value, label: value }));
/** The log is asked for so many types at once. */
const MOST_TYPES = 20;

/** What is looked for in the log. */
export function AuditFilters({ filter, onFilter }: AuditFiltersProps) {
  const { audit: words } = useOperatorWords();
  const [subject, setSubject] = useState(filter.subject);
  const [project, setProject] = useState(filter.project);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    onFilter({ ...filter, subject: subject.trim(), project: project.trim() });
  };
  return (
    <form className="filters" onSubmit={submit}>
      <Select
        mode="multiple"
        allowClear
        maxCount={MOST_TYPES}
        maxTagCount="responsive"
        className="wide"
        aria-label={words.types}
        placeholder={words.anyType}
        value={[...filter.types]}
        options={TYPES}
        onChange={(types: string[]) => {
          onFilter({ ...filter, types });
        }}
      />
      <label>
        <span className="fine">{words.subject}</span>
        <Input
          value={subject}
          onChange={({ target }) => {
            setSubject(target.value);
          }}
        />
      </label>
      <label>
        <span className="fine">{words.project}</span>
        <Input
          value={project}
          onChange={({ target }) => {
            setProject(target.value);
          }}
        />
      </label>
      <Button htmlType="submit">{words.find}</Button>
    </form>
  );
}
