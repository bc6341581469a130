import { runningInstallation } from './run-file.ts';
import { complain } from './steps.ts';

// npm run tour: what a tenant does with Imago, against the running system. Ends with an error at the first surprise.

const began = performance.now();
try {
  const run = await runningInstallation();
  // Not before: these are built by the start.
  const { tour } = await import('./tour/tour.ts');
  await tour(run);
  console.log(`\nThe tour is over, without a surprise, after ${((performance.now() - began) / 1000).toFixed(1)} s.`);
} catch (error) {
  complain(error);
  process.exit(1);
}
