import { relative } from 'node:path';
import { styleText } from 'node:util';
import { ROOT, RUN_FILE, SERVICES_DIRECTORY } from '../places.ts';
import type { RunFile } from '../run-file.ts';

/** What a newcomer wants to know once everything runs: where it is, who can log in, what to do next. */
export function welcome({ gateway, keystone, s3, users }: RunFile): string {
  const people = users.map(
    ({ name, password, project, role, s3: { bucket } }) =>
      `    ${name.padEnd(10)} password ${password.padEnd(14)} project ${project.padEnd(12)} ${role.padEnd(8)} bucket ${bucket}`,
  );
  const [tenant] = users;
  return [
    '',
    styleText(['bold', 'green'], 'Imago is ready'),
    '',
    `  Gateway    ${gateway}`,
    `  Console    ${gateway}/console/`,
    `  Keystone   ${keystone}`,
    `  S3         ${s3.endpoint} (region ${s3.region})`,
    `  Logs       ${relative(ROOT, SERVICES_DIRECTORY)}/<service>.log`,
    `  All of it  ${relative(ROOT, RUN_FILE)}, with the keys`,
    '',
    '  Users',
    ...people,
    '',
    '  Next, in another terminal:',
    '    npm run tour',
    `    curl -H "X-Auth-Token: $(npm run -s token ${tenant?.name ?? ''})" ${gateway}/v2/images`,
    '    npm test',
    '',
    '  Ctrl-C stops everything; the data are kept for the next start.',
  ].join('\n');
}
