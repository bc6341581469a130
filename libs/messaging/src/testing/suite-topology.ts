import { connect } from 'amqplib';
import { applyTopology, declareTopology } from '../declare-topology.ts';
import { EVENT_LOG, topologyOf } from '../topology.ts';

/**
 * A virtual host with the queues of all services, for suites about some of them. To declare fifty replicated queues and
 * to drop them again takes most of a second, to empty them a twentieth of that. For `vhost` of a test environment.
 */
export const suiteTopology = {
  declare: async (amqpUrl: string): Promise<void> => {
    await declareTopology(amqpUrl, { settle_ms: 0 });
  },
  clear: async (amqpUrl: string): Promise<boolean> => {
    const connection = await connect(amqpUrl, { noDelay: true });
    try {
      const channel = await connection.createChannel();
      const topology = topologyOf();
      for (const { name, type } of topology.queues) {
        if ((await channel.checkQueue(name)).consumerCount > 0) return false;
        if (type === 'quorum') await channel.purgeQueue(name);
      }
      // A stream cannot be emptied.
      await channel.deleteQueue(EVENT_LOG);
      await applyTopology(channel, {
        exchanges: [],
        queues: topology.queues.filter(({ name }) => name === EVENT_LOG),
        bindings: topology.bindings.filter(({ queue }) => queue === EVENT_LOG),
      });
      return true;
    } finally {
      await connection.close();
    }
  },
};
