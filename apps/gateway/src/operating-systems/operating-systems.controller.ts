import { catalogueNames, OPERATING_SYSTEMS } from '@imago/contracts';
import { Controller, Get } from '@nestjs/common';

/** What an image file may have in it: for pickers, and for whoever was refused. */
@Controller('v1/operating-systems')
export class OperatingSystemsController {
  @Get()
  list(): object {
    const operating_systems = OPERATING_SYSTEMS.map(({ versions, ...system }) => ({
      ...system,
      versions: versions.map((version) => ({
        ...version,
        public_images: catalogueNames(system.os_distro, version),
      })),
    }));
    return { operating_systems };
  }
}
