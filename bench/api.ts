import { BareClient } from './api/client.ts';
import { type Figures, measure } from './api/measure.ts';
import { operationsOn } from './api/operations.ts';
import { fillCatalogue } from './api/seed.ts';
import { openInstallation } from './import/installation.ts';

// npm run bench:api [IMAGES...] [--seconds N]: how fast a tenant's requests are answered, and what they cost, in
// catalogues of 1,000, 10,000 and 100,000 images of its own. One line of JSON per figure and a table at the end.

const { sizes, seconds } = settings(process.argv.slice(2));
const say = (line: string): void => {
  console.error(line);
};

const installation = await openInstallation(say);
const client = new BareClient(installation.system.gateway, installation.tenant.token);
const figures: Figures[] = [];
try {
  for (const images of sizes) {
    say(`${images} images`);
    await fillCatalogue(installation.postgresUrl, installation.user.project_id, images);
    for (const operation of await operationsOn(client, images)) {
      for (const concurrency of [1, 16]) {
        const measured = await measure(client, operation, { images, concurrency, seconds });
        figures.push(measured);
        console.log(JSON.stringify(measured));
      }
    }
  }
} finally {
  client.close();
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
