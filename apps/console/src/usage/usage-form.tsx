import { Button, Input, Segmented } from 'antd';
import { type SubmitEvent, useState } from 'react';
import { useAccountWords } from '../language/account.ts';
import { GROUPINGS, type UsageWish } from './usage.ts';

interface UsageFormProps {
  readonly wish: UsageWish;
  readonly onWish: (wish: UsageWish) => void;
}

/** Which days, and how they are counted. */
export function UsageForm({ wish, onWish }: UsageFormProps) {
  const { usage: words } = useAccountWords();
  const [from, setFrom] = useState(wish.from);
  const [to, setTo] = useState(wish.to);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    onWish({ ...wish, from, to });
  };
  return (
    <form className="filters" onSubmit={submit}>
      <Segmented
        aria-label={words.byLabel}
        value={wish.by}
        options={GROUPINGS.map((value) => ({ value, label: words.by[value] }))}
        onChange={(by) => {
          onWish({ ...wish, by });
        }}
      />
      <label className="narrow-field">
        <span className="fine">{words.from}</span>
        <Input
          type="date"
          required
          value={from}
          max={to}
          onChange={({ target }) => {
            setFrom(target.value);
          }}
        />
      </label>
      <label className="narrow-field">
        <span className="fine">{words.to}</span>
        <Input
          type="date"
          required
          value={to}
          min={from}
          onChange={({ target }) => {
            setTo(target.value);
          }}
        />
      </label>
      <Button htmlType="submit">{words.show}</Button>
    </form>
  );
}
