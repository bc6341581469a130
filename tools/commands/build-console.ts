import { Interrupted, interruption } from './interruption.ts';
import { buildConsole } from './build/console.ts';
import { complain } from './steps.ts';

// A part of npm run build: the console for browsers, unless what is built is still it.

try {
  const built = await buildConsole(interruption());
  console.log(built ? 'The console is built' : 'The console is built already');
  process.exit(0);
} catch (error) {
  if (!(error instanceof Interrupted)) complain(error);
  process.exit(1);
}
