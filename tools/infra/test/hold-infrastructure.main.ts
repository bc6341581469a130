import { startInfrastructure } from '../src/index.ts';

/** Starts servers in the directory of its argument, prints where they are as one line of JSON, and holds them. */
const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: hold-infrastructure.main.ts DIRECTORY');
const infrastructure = await startInfrastructure({ directory });
console.log(JSON.stringify(infrastructure.addresses));
setInterval(() => undefined, 60_000); // nothing of ours keeps the process by itself
