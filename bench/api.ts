import { BareWay } from './api/bare-way.ts';
import { BareClient } from './api/client.ts';
import { type JudgedFigures, Limit } from './api/limit.ts';
import { operationsOn } from './api/operations.ts';
import { fillCatalogue } from './api/seed.ts';
import { openInstallation } from './import/installation.ts';

// npm run bench:api [IMAGES...] [--seconds N]: how fast a tenant's requests are answered, and what they cost, in
// catalogues of 1,000, 10,000 and 100,000 images of its own; beside the least the same rows cost by the same road
// (api/bare-way.ts), measured around each of them, so that figures of other days and machines can be compared by their
// `times`. One line of JSON per figure and a table at the end.

const { sizes, seconds } = settings(process.argv.slice(2));
const say = (line: string): void => {
  console.error(line);
};

const installation = await openInstallation(say);
const client = new BareClient(installation.system.gateway, installation.tenant.token);
const bare = await BareWay.open(installation);
const figures: JudgedFigures[] = [];
try {
  for (const [round, images] of sizes.entries()) {
    say(`${images} images`);
    await fillCatalogue(installation.postgresUrl, installation.user.project_id, images);
    const operations = await operationsOn(client, images);
    await bare.keep(operations.flatMap((operation) => Array.from({ length: 16 }, (_, n) => operation.bare(n))));
    const limit = await Limit.open(client, bare);
    // Programs are slow when they are new, which is no question of how many images there are.
    if (round === 0)
      for (const operation of operations) await limit.measure(operation, { images, concurrency: 16, seconds });
    for (const operation of operations) {
      for (const concurrency of [1, 16]) {
        const measured = await limit.measure(operation, { images, concurrency, seconds });
        figures.push(measured);
        console.log(JSON.stringify(measured));
      }
    }
  }
} finally {
  client.close();
  await bare.close();
  await installation.close();
}
console.table(
  figures,
  Object.keys(figures[0] ?? {}).filter((column) => column !== 'of'),
);
process.exit();

function settings(args: readonly string[]): { readonly sizes: readonly number[]; readonly seconds: number } {
  const at = args.indexOf('--seconds');
  const numbers = args.filter((text, index) => /^\d+$/.test(text) && (at < 0 || index !== at + 1)).map(Number);
  return {
    sizes: numbers.length > 0 ? numbers : [1000, 10_000, 100_000],
    seconds: at < 0 ? 3 : Number(args[at + 1]),
  };
}
