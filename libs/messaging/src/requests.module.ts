import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Service } from '@imago/contracts';
import { AmqpConnections } from './connections.ts';
import { EventStream } from './event-stream.ts';
import { QueueDepths } from './queue-depths.ts';
import { RequestClient } from './request-client.ts';

export interface RequestsOptions {
  readonly service: Service;
  readonly amqpUrl: string;
  /** The key that signs the context of requests, in hex, at least 32 bytes; all services share it. */
  readonly contextKey: string;
}

/** For a service that only asks others: it keeps no state, so it has no outbox, no inbox and no database. */
@Module({})
export class RequestsModule implements OnApplicationShutdown {
  constructor(
    @Inject(AmqpConnections) private readonly connections: AmqpConnections,
    @Inject(RequestClient) private readonly requests: RequestClient,
  ) {}

  static forRoot({ service, amqpUrl, contextKey }: RequestsOptions): DynamicModule {
    return {
      module: RequestsModule,
      global: true,
      providers: [
        {
          provide: AmqpConnections,
          useFactory: async () => {
            const connections = new AmqpConnections(amqpUrl, service);
            await connections.open(['publishing']);
            return connections;
          },
        },
        {
          provide: RequestClient,
          useFactory: (connections: AmqpConnections) => new RequestClient(connections, service, contextKey),
          inject: [AmqpConnections],
        },
        {
          provide: EventStream,
          useFactory: (connections: AmqpConnections) => new EventStream(connections),
          inject: [AmqpConnections],
        },
        {
          provide: QueueDepths,
          useFactory: (connections: AmqpConnections) => new QueueDepths(connections),
          inject: [AmqpConnections],
        },
      ],
      exports: [RequestClient, EventStream, QueueDepths],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.requests.close();
    await this.connections.close();
  }
}
