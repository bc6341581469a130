import { SERVICES } from '@imago/contracts';
import { TraceCollector } from '@imago/testing';
import { BareClient } from './api/client.ts';
import { type Figures, measure } from './api/measure.ts';
import { operationsOn } from './api/operations.ts';
import { fillCatalogue } from './api/seed.ts';
import { openInstallation } from './import/installation.ts';

// npm run bench:traces [ROUNDS]: what traces cost. The same requests without them, with one trace in ten and with all,
// each round on services started anew. One line of JSON per figure and a table at the end.

const IMAGES = 1_000;
const SECONDS = 6;
const MEASURED: readonly string[] = ['list 25', 'show', 'create'];
const WAYS = { none: undefined, 'one in ten': '0.1', all: '1' } as const;

type Row = Figures & { readonly traces: string };

const rounds = Number(process.argv[2] ?? 1);
const figures: Row[] = [];
for (let round = 0; round < rounds; round++)
  for (const [traces, ratio] of Object.entries(WAYS)) figures.push(...(await figuresWith(traces, ratio)));
console.table(figures, ['traces', 'operation', 'requests/s', 'p50 ms', 'CPU ms']);
process.exit();

async function figuresWith(traces: string, ratio: string | undefined): Promise<readonly Row[]> {
  const collector = await TraceCollector.listen();
  const wanted = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_TRACES_SAMPLER_ARG: ratio ?? '' };
  const settings = ratio === undefined ? {} : Object.fromEntries(SERVICES.map((service) => [service, wanted]));
  const installation = await openInstallation(console.error, settings);
  const client = new BareClient(installation.system.gateway, installation.tenant.token);
  try {
    await fillCatalogue(installation.postgresUrl, installation.user.project_id, IMAGES);
    const rows: Row[] = [];
    const operations = (await operationsOn(client, IMAGES)).filter(({ name }) => MEASURED.includes(name));
    const load = { images: IMAGES, concurrency: 4, seconds: SECONDS };
    for (const operation of operations) await measure(client, operation, load); // a service is slow when it is new
    for (const operation of operations) {
      collector.spans.length = 0;
      const measured = await measure(client, operation, load);
      rows.push({ traces, ...measured });
      console.log(JSON.stringify({ traces, spans: collector.spans.length, ...measured }));
    }
    return rows;
  } finally {
    client.close();
    await installation.close();
    await collector.close();
  }
}
