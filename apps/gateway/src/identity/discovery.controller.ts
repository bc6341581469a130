import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Regions } from '@imago/object-store';
import { PublicUrl } from '../edge/public-url.ts';
import { ownProject } from './projects.controller.ts';
import { serviceCatalog } from './service-catalog.ts';

/** The version of Keystone's API whose subset this is, and when that came to be. */
const VERSION = { id: 'v3.14', status: 'stable', updated: '2020-04-07T00:00:00Z' } as const;
const MEDIA_TYPES = [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }] as const;

/** How Keystone's clients find their way, and what a token lets them see. */
@Controller()
export class DiscoveryController {
  constructor(
    private readonly regions: Regions,
    private readonly publicUrl: PublicUrl,
  ) {}

  @Get('identity')
  versions(@Req() request: Request, @Res({ passthrough: true }) response: Response): object {
    response.status(300);
    return { versions: { values: [this.#version(request, '/identity/v3/')] } };
  }

  @Get('v3')
  version(@Req() request: Request): object {
    return { version: this.#version(request, '/v3/') };
  }

  @Get('identity/v3')
  versionBehindPrefix(@Req() request: Request): object {
    return { version: this.#version(request, '/identity/v3/') };
  }

  /** The projects of the caller: the one its token is for. */
  @Get(['v3/auth/projects', 'identity/v3/auth/projects'])
  projects(@Req() request: Request): object {
    const self = `${this.publicUrl.of(request)}/v3/auth/projects`;
    return { projects: [ownProject(request)], links: { self, previous: null, next: null } };
  }

  @Get(['v3/auth/catalog', 'identity/v3/auth/catalog'])
  catalog(@Req() request: Request): object {
    const base = this.publicUrl.of(request);
    const names = this.regions.names;
    return { catalog: serviceCatalog(base, names), links: { self: `${base}/v3/auth/catalog` } };
  }

  #version(request: Request, path: string): object {
    return {
      ...VERSION,
      links: [{ rel: 'self', href: this.publicUrl.of(request) + path }],
      'media-types': MEDIA_TYPES,
    };
  }
}
