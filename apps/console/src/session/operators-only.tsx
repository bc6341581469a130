import { Alert } from 'antd';
import { useWords } from '../language/language.ts';
import type { Session } from './session.ts';

/** Tells a tenant whose page this is. */
export function OperatorsOnly({ session }: { readonly session: Session }) {
  const { operatorsOnly } = useWords();
  return (
    <div className="narrow">
      <Alert
        type="info"
        showIcon
        title={<h1 className="quiet-heading">{operatorsOnly.title}</h1>}
        description={operatorsOnly.lead(session.user)}
      />
    </div>
  );
}
