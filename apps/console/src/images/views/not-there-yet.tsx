import { Problem } from '../../gateway/problem.ts';
import { ProblemAlert } from '../../problem/problem-alert.tsx';

interface NotThereYetProps {
  readonly error: unknown;
  /** Said when there is none of it. */
  readonly text: string;
}

/** While something of an image is asked for, where there is none of it, and where it was refused. */
export function NotThereYet({ error, text }: NotThereYetProps) {
  if (error === null) return <p className="empty" aria-busy="true" />;
  if (error instanceof Problem && error.status === 404) return <p className="empty">{text}</p>;
  return <ProblemAlert error={error} />;
}
