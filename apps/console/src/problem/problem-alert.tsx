import { Alert, Button } from 'antd';
import { Problem } from '../gateway/problem.ts';
import { useWords } from '../language/language.ts';

interface ProblemAlertProps {
  /** What was thrown; anything but a problem means that nobody answered. */
  readonly error: unknown;
  /** Said where the problem brings no remedy. */
  readonly hint?: string;
  readonly onAgain?: () => void;
}

/** What went wrong in the words of who refused it, and what to do. */
export function ProblemAlert({ error, hint, onAgain }: ProblemAlertProps) {
  const { problem: words } = useWords();
  const problem = error instanceof Problem ? error : null;
  const remedy = problem === null ? words.unreachableRemedy : (problem.remedy ?? hint);
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={problem?.message ?? words.unreachable}
      description={
        <>
          {problem !== null && problem.errors.length > 0 && (
            <ul>
              {problem.errors.map(({ path, message }) => (
                <li key={`${path} ${message}`}>
                  {path !== '' && <code>{path}</code>} {message}
                </li>
              ))}
            </ul>
          )}
          {remedy !== undefined && (
            <div>
              {words.remedy}: {remedy}
            </div>
          )}
          {problem !== null && (
            <div className="fine">
              {words.code}: <code>{problem.code}</code>
              {problem.requestId !== null && (
                <>
                  {' · '}
                  {words.request}: <code>{problem.requestId}</code>
                </>
              )}
            </div>
          )}
        </>
      }
      action={
        onAgain === undefined ? undefined : (
          <Button size="small" onClick={onAgain}>
            {words.again}
          </Button>
        )
      }
    />
  );
}
