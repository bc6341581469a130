import { SERVICES } from '@imago/contracts';
import { testEnvironment, type TestEnvironment } from '@imago/testing';
import { type ChannelModel, connect } from 'amqplib';
import { afterAll, beforeAll, expect, describe, it } from 'vitest';
import { declareTopology, RETRY_LADDER, topologyOf } from './index.ts';

let environment: TestEnvironment<'rabbitmq'>;
let connection: ChannelModel;

beforeAll(async () => {
  environment = await testEnvironment({ rabbitmq: true });
  connection = await connect(environment.rabbitmq.amqpUrl);
});
afterAll(async () => {
  await connection.close();
  await environment.close();
});

describe('declaring the topology', () => {
  it('makes every queue of every service, says which were new, and gives those time to settle', async () => {
    const began = performance.now();
    const made = await declareTopology(environment.rabbitmq.amqpUrl, { settle_ms: 300 });
    expect(performance.now() - began).toBeGreaterThanOrEqual(299);
    expect([...made].sort()).toEqual(
      topologyOf()
        .queues.map(({ name }) => name)
        .sort(),
    );
    for (const service of SERVICES) expect(made).toContain(`${service}.requests`);
  });

  it('changes nothing and waits for nothing when it is done again, also by two at the same time', async () => {
    const { amqpUrl } = environment.rabbitmq;
    const again = [declareTopology(amqpUrl, { settle_ms: 60_000 }), declareTopology(amqpUrl, { settle_ms: 60_000 })];
    expect(await Promise.all(again)).toEqual([[], []]);
  });

  it('makes again what was lost, alone', async () => {
    const channel = await connection.createChannel();
    await channel.deleteQueue('catalog.parked');
    expect(await declareTopology(environment.rabbitmq.amqpUrl, { settle_ms: 0 })).toEqual(['catalog.parked']);
  });

  it('fails when a queue exists with other properties, and names it', async () => {
    const [first, ...others] = RETRY_LADDER;
    const ladder = [{ name: first?.name ?? '', delay_ms: 1 }, ...others];
    await expect(declareTopology(environment.rabbitmq.amqpUrl, { ladder, settle_ms: 0 })).rejects.toThrow(
      /PRECONDITION.FAILED.*imago\.retry\.5s/,
    );
  });
});
