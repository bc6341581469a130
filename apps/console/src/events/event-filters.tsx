import { Button, Input, Select } from 'antd';
import { type SubmitEvent, useState } from 'react';
import { useAddress } from '../address/address.ts';
import { useWords } from '../language/language.ts';

const TYPES = EVENT_TYPES.map((value) => ({ value, label: value }));

/** Which events are followed and from when on; the gateway does the choosing. */
export function EventFilters() {
  const { address } = useAddress();
  const { types, project, image, from } = address;
  return <FilterForm key={JSON.stringify([types, project, image, from])} />;
}

/** Begins with what the address says, and changes it when all is said. */
function FilterForm() {
  const { feed: words } = useWords();
  const { address, go } = useAddress();
  const [project, setProject] = useState(address.project);
  const [image, setImage] = useState(address.image);
  const [from, setFrom] = useState(localTime(address.from));
  const isFiltered = [address.project, address.image, address.from, ...address.types].some((each) => each !== '');
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const since = from === '' ? '' : new Date(from).toISOString();
    go({ project: project.trim(), image: image.trim(), from: since });
  };
  return (
    <form className="filters" aria-label={words.filters} onSubmit={submit}>
      <Select
        mode="multiple"
        allowClear
        maxTagCount="responsive"
        className="wide"
        aria-label={words.types}
        placeholder={words.anyType}
        value={[...address.types]}
        onChange={(types: string[]) => {
          go({ types });
        }}
        options={TYPES}
      />
      <label>
        <span className="fine">{words.project}</span>
        <Input
          size="small"
          value={project}
          onChange={({ target }) => {
            setProject(target.value);
          }}
        />
      </label>
      <label>
        <span className="fine">{words.image}</span>
        <Input
          size="small"
          value={image}
          onChange={({ target }) => {
            setImage(target.value);
          }}
        />
      </label>
      <label>
        <span className="fine">{words.from}</span>
        <Input
          size="small"
          type="datetime-local"
          step={1}
          value={from}
          onChange={({ target }) => {
            setFrom(target.value);
          }}
        />
      </label>
      <Button size="small" htmlType="submit">
        {words.replay}
      </Button>
      <Button
        size="small"
        disabled={!isFiltered}
        onClick={() => {
          go({ types: [], project: '', image: '', from: '' });
        }}
      >
        {words.clear}
      </Button>
    </form>
  );
}

/** The moment as the field of a browser wants it: in the time of this place, without a zone. */
function localTime(instant: string): string {
  if (Number.isNaN(Date.parse(instant))) return '';
  const date = new Date(instant);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
