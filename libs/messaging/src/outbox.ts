import { Injectable } from '@nestjs/common';
import type { EventDefinition, Service } from '@imago/contracts';
import { prepared } from '@imago/persistence';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Cause } from './cause.ts';
import { sealEvent, type NewEvent } from './envelope.ts';
import { originOf } from './event-spans.ts';
import { markForRelay } from './transaction.ts';

/** The only way to publish: the event is a row of the transaction that changes the state. */
@Injectable()
export class Outbox {
  private readonly statement: string;

  constructor(private readonly service: Service) {
    this.statement = prepared(
      `INSERT INTO "${service}".outbox (id, routing_key, partition_key, envelope) VALUES ($1, $2, $3, $4)`,
    );
  }

  /**
   * Adds an event to the transaction and answers its id. Call it after the aggregate's row is locked or its version
   * checked: then the order of the rows is the order of the commits. Throws, and so fails the transaction, when the
   * data break the contract, the event is another service's, or it is too large.
   */
  async add<E extends EventDefinition>(tx: EntityManager, fact: NewEvent<E>, cause: Cause): Promise<string> {
    if (fact.event.service !== this.service) {
      throw new Error(`${this.service} may not publish ${fact.event.routingKey}: it is ${fact.event.service}'s`);
    }
    const id = uuidv7();
    const envelope = sealEvent(id, new Date(), fact, { ...cause, traceparent: originOf(fact) ?? cause.traceparent });
    await tx.query(this.statement, [id, fact.event.routingKey, fact.subject, envelope]);
    markForRelay(tx);
    return id;
  }
}
