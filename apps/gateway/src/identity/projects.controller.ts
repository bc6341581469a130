import { refusal } from '@imago/contracts';
import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import type { Request } from 'express';
import { callerOf } from '../edge/authenticate.ts';
import { PublicUrl } from '../edge/public-url.ts';

/**
 * Projects as Keystone shows them to who may see no others: clients that look one up take a refusal for "use the id as it
 * is given", and anything else for "there is none".
 */
@Controller(['v3/projects', 'identity/v3/projects'])
export class ProjectsController {
  constructor(private readonly publicUrl: PublicUrl) {}

  @Get()
  find(@Query('name') name: unknown, @Req() request: Request): object {
    const own = ownProject(request);
    if (name !== own.name) throw closed();
    const self = `${this.publicUrl.of(request)}/v3/projects`;
    return { projects: [own], links: { self, previous: null, next: null } };
  }

  @Get(':project_id')
  show(@Param('project_id') id: string, @Req() request: Request): object {
    const own = ownProject(request);
    if (id !== own.id) throw closed();
    return { project: own };
  }
}

/** The caller's project as Keystone describes one. */
export function ownProject(request: Request) {
  const { id, name, domain } = callerOf(request).token.project;
  return { id, name, domain_id: domain.id, parent_id: domain.id, enabled: true, is_domain: false, links: {} };
}

function closed(): Error {
  return refusal('auth.forbidden', 'Only the project of the token can be looked up here.');
}
