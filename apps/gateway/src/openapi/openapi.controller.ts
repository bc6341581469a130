import { Controller, Get } from '@nestjs/common';
import { ApiDescription } from './api-description.ts';

/** What this door lets through, for programs that read OpenAPI. */
@Controller('v1/openapi.json')
export class OpenApiController {
  constructor(private readonly description: ApiDescription) {}

  @Get()
  document(): object {
    return this.description.document;
  }
}
