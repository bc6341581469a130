import { useQuery } from '@tanstack/react-query';
import { answered } from '../gateway/gateway.ts';
import type { components } from '../gateway/openapi.ts';
import { useGateway } from '../gateway/use-gateway.ts';

type Image = components['schemas']['Image'];

/** Images a server can be made of, as many as one can choose from. */
const MOST = 1000;

/** The active images with a system on them that this project may use in this region. */
export function useUsableImages() {
  const { api, region } = useGateway();
  return useQuery({
    queryKey: ['images', region, 'usable'],
    queryFn: async ({ signal }) => {
      const query = { status: 'active', limit: String(MOST), sort: 'name:asc' };
      const { images } = await answered(api.GET('/v2/images', { params: { query }, signal }));
      return images.filter(isBootable);
    },
  });
}

function isBootable({ image_type, disk_format, machine_image_id }: Image): boolean {
  return image_type !== 'data_disk' && disk_format !== 'iso' && machine_image_id === undefined;
}
