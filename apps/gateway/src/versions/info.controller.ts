import { ListImages, type RequestOf, ShowQuotas } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Controller, Get } from '@nestjs/common';
import { IMPORT_METHODS } from '../image-imports/import-body.ts';
import { LARGEST_PAGE } from '../edge/paging.ts';
import { Context, Region } from '../edge/request-parameters.ts';

const MIB = 2 ** 20;
/** Of what nothing is limited, as in Glance. */
const UNLIMITED = -1;

/** What clients ask about this installation before they choose a way, and about what they may still do. */
@Controller('v2/info')
export class InfoController {
  constructor(private readonly requests: RequestClient) {}

  @Get('import')
  import(): object {
    return { 'import-methods': { description: 'Import methods available.', type: 'array', value: IMPORT_METHODS } };
  }

  /** The caller's limits in Glance's four: sizes in MiB, counts of images. */
  @Get('usage')
  async usage(@Region() region: string, @Context() context: RequestContext): Promise<object> {
    requireAllowed('quota.get', context, 'owner');
    const { project_id } = context;
    const [{ quotas }, { images }] = await Promise.all([
      this.requests.send(ShowQuotas, { project_id, region }, { context }),
      this.requests.send(ListImages, uploadingOf(project_id, region), { context }),
    ]);
    const figures = (resource: string, unit = 1): object => {
      const quota = quotas.find((each) => each.resource === resource);
      return { limit: quota === undefined ? UNLIMITED : quota.limit * unit, usage: (quota?.used ?? 0) * unit };
    };
    const staged = images.filter(({ status }) => status === 'uploading').map(({ size }) => Number(size ?? 0));
    return {
      usage: {
        image_size_total: figures('storage_gib', 1024),
        image_stage_total: { limit: UNLIMITED, usage: Math.ceil(staged.reduce((sum, size) => sum + size, 0) / MIB) },
        image_count_total: figures('images'),
        image_count_uploading: { limit: UNLIMITED, usage: images.length },
      },
    };
  }
}

/** The images of a project whose bytes are still coming. */
function uploadingOf(owner: string, region: string): RequestOf<typeof ListImages> {
  const coming = { owner, visibility: 'all' as const, status: ['saving', 'uploading', 'importing'] };
  const nothingElse = { os_hidden: false, tags: [], properties: {}, ranges: [], times: [] };
  return { region, limit: LARGEST_PAGE, marker: null, sort: [], filters: { ...coming, ...nothingElse } };
}
