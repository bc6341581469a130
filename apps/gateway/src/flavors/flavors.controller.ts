import { FLAVORS } from '@imago/contracts';
import { Controller, Get } from '@nestjs/common';

/** The sizes a server may have. */
@Controller('v1/flavors')
export class FlavorsController {
  @Get()
  list(): object {
    return { flavors: FLAVORS };
  }
}
