import { uploadCommand } from './upload/upload-command.ts';
import { Interrupted, interruption } from './interruption.ts';
import { complain } from './steps.ts';

// npm run imago -- upload FILE …: what a tenant does from a terminal that one request does not do.

const [verb, ...rest] = process.argv.slice(2);
try {
  if (verb !== 'upload') throw new Error('Usage: npm run imago -- upload FILE [options]');
  await uploadCommand(rest, interruption());
} catch (error) {
  if (error instanceof Interrupted) console.error('Stopped. The same command goes on from here.');
  else complain(error);
  process.exitCode = 1;
}
