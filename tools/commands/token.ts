import { runningInstallation } from './run-file.ts';
import { logIn } from '@imago/system/session';
import { complain } from './steps.ts';

// npm run -s token NAME: a token of a user of the running installation, and nothing else, for command lines.

try {
  const run = await runningInstallation();
  const names = run.users.map((user) => user.name);
  const user = run.users.find(({ name }) => name === process.argv[2]);
  if (user === undefined) throw new Error(`Say whose token: npm run -s token ${names.join('|')}`);
  console.log((await logIn(run.gateway, user)).token);
} catch (error) {
  complain(error);
  process.exit(1);
}
