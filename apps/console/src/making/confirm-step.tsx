import { Button, Checkbox } from 'antd';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useMakingWords } from '../language/making.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';

interface ConfirmStepProps {
  readonly children: ReactNode;
  /** Why it was refused. */
  readonly error: unknown;
  readonly busy: boolean;
  /** It would be refused as it is. */
  readonly blocked?: boolean;
  readonly onSubmit: () => void;
  readonly onBack: () => void;
}

/** The last look before an image is made: what it will be, the agreement, and the way back. */
export function ConfirmStep({ children, error, busy, blocked = false, onSubmit, onBack }: ConfirmStepProps) {
  const words = useMakingWords();
  const [agreed, setAgreed] = useState(false);
  const [reminded, setReminded] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const reminder = useId();
  useEffect(() => {
    heading.current?.focus();
  }, []);
  const submit = (): void => {
    setReminded(!agreed);
    if (agreed) onSubmit();
  };
  return (
    <section className="panel making-form">
      <h2 ref={heading} tabIndex={-1}>
        {words.steps.confirm}
      </h2>
      {children}
      <div className="agreement">
        <Checkbox
          checked={agreed}
          aria-describedby={reminder}
          onChange={({ target }) => {
            setAgreed(target.checked);
            setReminded(false);
          }}
        >
          {words.agree}
        </Checkbox>
        <div className="fine">{words.agreement}</div>
        <div id={reminder} role="alert" className="field-fault">
          {reminded && words.mustAgree}
        </div>
      </div>
      {error !== null && <ProblemAlert error={error} />}
      <div className="form-actions">
        <Button onClick={onBack}>{words.change}</Button>
        <Button type="primary" loading={busy} disabled={blocked} onClick={submit}>
          {words.submit}
        </Button>
      </div>
    </section>
  );
}
