import { Button, Input, Select } from 'antd';
import { type SubmitEvent, useState } from 'react';
import { useOperatorWords } from '../language/operator.ts';
import { type ImageFilter, VISIBILITIES } from './image-filter.ts';

interface PublishingFiltersProps {
  readonly filter: ImageFilter;
  readonly onFilter: (filter: ImageFilter) => void;
}

/** Which images are shown; the gateway does the choosing. */
export function PublishingFilters({ filter, onFilter }: PublishingFiltersProps) {
  const { publishing: words } = useOperatorWords();
  const [name, setName] = useState(filter.name);
  const [owner, setOwner] = useState(filter.owner);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    onFilter({ ...filter, name: name.trim(), owner: owner.trim() });
  };
  return (
    <form className="filters" onSubmit={submit}>
      <label className="narrow-field">
        <span className="fine">{words.search}</span>
        <Input
          value={name}
          onChange={({ target }) => {
            setName(target.value);
          }}
        />
      </label>
      <label>
        <span className="fine">{words.owner}</span>
        <Input
          value={owner}
          onChange={({ target }) => {
            setOwner(target.value);
          }}
        />
      </label>
      <label className="narrow-field">
        <span className="fine">{words.visibility}</span>
        <Select
          aria-label={words.visibility}
          value={filter.visibility}
          options={VISIBILITIES.map((value) => ({ value, label: words.visibilities[value] }))}
          onChange={(visibility) => {
            onFilter({ ...filter, visibility });
          }}
        />
      </label>
      <Button htmlType="submit">{words.find}</Button>
    </form>
  );
}
