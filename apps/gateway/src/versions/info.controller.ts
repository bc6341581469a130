import { Controller, Get } from '@nestjs/common';

/** What clients ask about this installation before they choose a way. */
@Controller('v2/info')
export class InfoController {
  /** No import through stages: files are uploaded, or imported from buckets by a request of our own. */
  @Get('import')
  import(): object {
    return { 'import-methods': { description: 'Import methods available.', type: 'array', value: [] } };
  }
}
