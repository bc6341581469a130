import { Injectable } from '@nestjs/common';
import { HostCapacity } from '../hosts/host-capacity.ts';
import { OrderAnswers } from './order-answer.ts';
import { OrderTask } from './order-task.ts';

/** What promising takes from others. */
@Injectable()
export class PromiseTools {
  constructor(
    readonly capacity: HostCapacity,
    readonly orders: OrderTask,
    readonly answers: OrderAnswers,
  ) {}
}
