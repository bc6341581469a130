import { randomUUID } from 'node:crypto';
import { connect } from 'amqplib';
import { Pool } from 'pg';

// The least that can stand behind a door: one prepared statement for what is read; for what is written one transaction
// with the row and the row of its event, which is then published, confirmed, to one queue and taken from it. It decides
// nothing. A process of its own, as catalog is.

const [amqpUrl = '', queue = '', databaseUrl = '', owner = '', columns = ''] = process.argv.slice(2);
const EVENTS = `${queue}.events`;

const pool = new Pool({ connectionString: databaseUrl, max: 5 });
const connection = await connect(amqpUrl, { noDelay: true });
const channel = await connection.createChannel();
const events = await connection.createConfirmChannel();
await events.assertQueue(EVENTS, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
await channel.prefetch(20);

const READ = {
  rows: `SELECT ${columns} FROM catalog.images WHERE region = 'region-1' AND owner = $1 AND os_hidden = false
    AND status <> 'deleted' ORDER BY created_at DESC, id DESC LIMIT $2`,
  row: `SELECT ${columns} FROM catalog.images WHERE id = $1`,
};
const WRITE = {
  insert: `INSERT INTO bare.images (${columns}) SELECT ${columns
    .split(', ')
    .map((column) => (column === 'id' ? 'gen_random_uuid()' : column))
    .join(', ')} FROM catalog.images WHERE id = $1 RETURNING ${columns}`,
  update: `UPDATE bare.images SET properties = properties || jsonb_build_object('changed', clock_timestamp()),
    version = version + 1, updated_at = clock_timestamp() WHERE id = $1 RETURNING ${columns}`,
};

async function answer(path: string): Promise<unknown> {
  const [, what = '', which = ''] = path.split('/');
  if (what === 'rows') return (await pool.query({ name: what, text: READ.rows, values: [owner, Number(which)] })).rows;
  if (what === 'row') return (await pool.query({ name: what, text: READ.row, values: [which] })).rows;
  if (what === 'insert' || what === 'update') return write(what, which);
  throw new Error(`nothing is behind ${path}`);
}

async function write(what: keyof typeof WRITE, id: string): Promise<unknown> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<object>({ name: what, text: WRITE[what], values: [id] });
    const event = JSON.stringify({ id: randomUUID(), type: what, data: rows[0] });
    await client.query({ name: 'event', text: 'INSERT INTO bare.events (envelope) VALUES ($1)', values: [event] });
    await client.query('COMMIT');
    events.sendToQueue(EVENTS, Buffer.from(event), { persistent: true }, () => undefined);
    return rows;
  } finally {
    client.release();
  }
}

await channel.consume(EVENTS, (message) => {
  if (message !== null) channel.ack(message);
});
await channel.consume(queue, (message) => {
  if (message === null) return;
  const { path } = JSON.parse(message.content.toString()) as { path: string };
  void answer(path).then((rows) => {
    const { replyTo, correlationId } = message.properties as { replyTo: string; correlationId: string };
    channel.sendToQueue(replyTo, Buffer.from(JSON.stringify(rows)), { correlationId });
    channel.ack(message);
  });
});
process.send?.('ready');
