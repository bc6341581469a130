import { refusal } from '@imago/contracts';
import { Body, Controller, Get, Module, Post, type Type } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

const thing = z.strictObject({ name: z.string().max(5), size: z.int() });

@Controller('things')
class ThingsController {
  @Post()
  create(@Body({ schema: thing }) body: z.output<typeof thing>): object {
    return body;
  }

  @Get('refused')
  refused(): never {
    throw refusal('quota.images_exceeded', 'No place left.', { limit: 10, used: 10, status: 'no override' });
  }

  @Get('broken')
  broken(): never {
    throw new Error('the secret of the house');
  }

  @Get('slow')
  async slow(): Promise<object> {
    await delay(300);
    return { done: true };
  }

  @Get('crash')
  crash(): object {
    setTimeout(() => {
      throw new Error('nobody caught this');
    });
    return {};
  }
}

/** A service as small as one can be, for the tests of what all services share. */
@Module({ controllers: [ThingsController] })
class ExampleModule {}

export const exampleModule: Type = ExampleModule;
