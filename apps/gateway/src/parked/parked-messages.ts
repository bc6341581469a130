import type { Service } from '@imago/contracts';
import { dropParked, listParked, type ParkedMessage, replayParked } from '@imago/messaging';

/** The parked messages at the broker the gateway speaks to. */
export class ParkedMessages {
  constructor(private readonly amqpUrl: string) {}

  list(service: Service): Promise<readonly ParkedMessage[]> {
    return listParked(this.amqpUrl, service);
  }

  /** False when there is no such message. */
  replay(service: Service, id: string): Promise<boolean> {
    return replayParked(this.amqpUrl, service, id);
  }

  /** False when there is no such message. */
  drop(service: Service, id: string): Promise<boolean> {
    return dropParked(this.amqpUrl, service, id);
  }
}
