import { refusal } from '@imago/contracts';
import { Controller, Get, Param } from '@nestjs/common';
import { IMAGE_SCHEMA } from './image-schema.ts';
import { listSchema } from './list-schema.ts';
import { MEMBER_SCHEMA } from './member-schema.ts';
import { METADEF_SCHEMAS } from './metadef-schemas.ts';
import { PARTIAL_TASK_SCHEMA, TASK_SCHEMA } from './task-schema.ts';

/** How things look, for clients that make their options and checks from it. */
@Controller('v2/schemas')
export class SchemasController {
  @Get('image')
  image(): object {
    return IMAGE_SCHEMA;
  }

  @Get('images')
  images(): object {
    return listSchema('images', IMAGE_SCHEMA, ['first', 'next']);
  }

  @Get('member')
  member(): object {
    return MEMBER_SCHEMA;
  }

  @Get('members')
  members(): object {
    return listSchema('members', MEMBER_SCHEMA, []);
  }
  @Get('task')
  task(): object {
    return TASK_SCHEMA;
  }

  @Get('tasks')
  tasks(): object {
    return listSchema('tasks', PARTIAL_TASK_SCHEMA, ['first', 'next']);
  }

  /** @throws Refusal request.not_found */
  @Get('metadefs/:schema')
  metadefs(@Param('schema') name: string): object {
    const schema = Object.hasOwn(METADEF_SCHEMAS, name) ? METADEF_SCHEMAS[name] : undefined;
    if (schema === undefined) throw refusal('request.not_found', 'There is no such description.');
    return schema;
  }
}
