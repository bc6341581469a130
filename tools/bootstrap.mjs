// Makes a fresh clone runnable: installs the locked dependencies, among them the Node the project runs on.
// Plain Node 18+ and no imports of ours, because nothing is installed when this starts.
// With --check it only says whether that has been done.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules', '.bootstrap-stamp');
const lock = readFileSync(join(root, 'package-lock.json'));
const wanted = createHash('sha256').update(lock).update(`${process.platform}-${process.arch}`).digest('hex');

function stop(message) {
  console.error(message);
  process.exit(1);
}

if (process.argv.includes('--check')) {
  if (!existsSync(stamp)) stop('Nothing is installed here yet. Run `npm start` first and wait until Imago is ready.');
  process.exit(0);
}

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  const npm = process.env.npm_execpath;
  if (npm === undefined)
    stop('Start this through npm (npm start, npm test): it runs `npm ci` with the npm that calls it.');
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
  if (result.status !== 0) stop('`npm ci` failed, see above. Nothing was started.');
  writeFileSync(stamp, wanted);
}

// npm puts node_modules/.bin first in PATH, and with it the Node of the lockfile, where there is one for this machine.
const [major] = process.versions.node.split('.');
if (!existsSync(join(root, 'node_modules', '.bin', 'node')) && Number(major) < 24)
  stop(`Imago needs Node 24. npm has none for ${process.platform}-${process.arch}, and this is ${process.version}.`);
