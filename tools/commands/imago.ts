import { uploadCommand } from './upload/upload-command.ts';
import { Interrupted, interruption } from './interruption.ts';
import { complain } from './steps.ts';

// npm run imago -- upload FILE …, or offline-import FILE|BUNDLE …: what is done from a terminal that one request does not do.

const USAGE = 'Usage: npm run imago -- upload FILE [options], or npm run imago -- offline-import FILE|BUNDLE [options]';

const [verb, ...rest] = process.argv.slice(2);
try {
  if (verb === 'upload') await uploadCommand(rest, interruption());
  else if (verb === 'offline-import') {
    const { offlineImportCommand } = await import('./bundle/offline-import-command.ts'); // it needs what is built
    await offlineImportCommand(rest, interruption());
  } else throw new Error(USAGE);
} catch (error) {
  if (error instanceof Interrupted) console.error('Stopped. The same command goes on from here.');
  else complain(error);
  process.exitCode = 1;
}
