import { keepInfrastructure } from './keeper.ts';

/** Started by the first test that needs servers; see shared-infrastructure.ts. */
const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: keeper.main.ts DIRECTORY');

const end = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => {
    end.abort();
  });
await keepInfrastructure({
  directory,
  idle: Number(process.env['IMAGO_TEST_INFRA_IDLE_MS'] ?? 600_000),
  env: process.env,
  signal: end.signal,
});
process.exit(0); // idle HTTP connections of ours must not keep it
