import { logIn, type Session } from '@imago/system/session';
import { runningInstallation } from './run-file.ts';

/**
 * The operator of the installation that runs here, logged in.
 * @throws Error that says what is missing.
 */
export async function operatorSession(): Promise<Session> {
  const run = await runningInstallation();
  const operator = run.users.find(({ role }) => role === 'admin');
  if (operator === undefined) throw new Error('The installation has no operator.');
  return logIn(run.gateway, operator);
}

/** Whole hours; the month so far, unless another range is asked for. What begins meanwhile is not compared. */
