import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { PublicUrl } from '../edge/public-url.ts';
import { regionOf } from '../edge/region-prefix.ts';

/**
 * Glance's minor versions whose every call works here: those of stores are among them. Those that came with the image
 * cache (2.14, 2.16, 2.18) and with locations that clients name (2.17) are not.
 */
const VERSIONS = [
  ...['2.15', '2.13', '2.12', '2.11', '2.10', '2.9', '2.8', '2.7', '2.6', '2.5', '2.4', '2.3', '2.2', '2.1', '2.0'],
] as const;

/** The image API's version documents. */
@Controller()
export class VersionsController {
  constructor(private readonly publicUrl: PublicUrl) {}

  /** 300, as in Glance: a choice of versions. Keystone's clients find the image endpoint by it. */
  @Get()
  root(@Req() request: Request, @Res({ passthrough: true }) response: Response): object {
    response.status(300);
    return this.versions(request);
  }

  @Get(['versions', 'v2'])
  versions(@Req() request: Request): object {
    const href = `${this.publicUrl.of(request)}${regionOf(request).prefix}/v2/`;
    return {
      versions: VERSIONS.map((version, index) => ({
        id: `v${version}`,
        status: index === 0 ? 'CURRENT' : 'SUPPORTED',
        links: [{ rel: 'self', href }],
      })),
    };
  }
}
