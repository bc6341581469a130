// Makes a fresh clone runnable: installs the locked dependencies, among them the Node the project runs on.
// Plain Node 18+ and no imports of ours, because nothing is installed when this starts.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules', '.bootstrap-stamp');
const lock = readFileSync(join(root, 'package-lock.json'));
const wanted = createHash('sha256').update(lock).update(`${process.platform}-${process.arch}`).digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  const npm = process.env.npm_execpath;
  if (npm === undefined) {
    console.error('Start this through npm (npm start, npm test): it runs `npm ci` with the npm that calls it.');
    process.exit(1);
  }
  // A nested npm must not believe that it is the lifecycle script of the outer one.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(lifecycle|package|command|node_execpath)/i.test(name)),
  );
  console.log('Installing dependencies (once per lockfile) ...');
  const result = spawnSync(process.execPath, [npm, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    env,
  });
  if (result.status !== 0) {
    console.error('`npm ci` failed, see above. Nothing was started.');
    process.exit(result.status ?? 1);
  }
  writeFileSync(stamp, wanted);
}
