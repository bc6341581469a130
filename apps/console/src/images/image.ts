import type { components } from '../gateway/openapi.ts';
import type { ImagesWords } from '../language/images.zh.ts';
import type { Session } from '../session/session.ts';

/** An image as the gateway shows it. */
export type Image = components['schemas']['Image'];
export type ImageStatus = Image['status'];

/** The lists of the guide: everybody's, one's own, and what is shared. */
export const IMAGE_TABS = ['public', 'private', 'shared'] as const;
export type ImageTab = (typeof IMAGE_TABS)[number];

/** What can be done with an image, beside making servers of it. */
export const IMAGE_ACTIONS = ['edit', 'share', 'exporting', 'copy', 'deactivate', 'reactivate', 'remove'] as const;
export type ImageAction = (typeof IMAGE_ACTIONS)[number];

export function nameOf(image: Pick<Image, 'name'>, words: ImagesWords): string {
  return image.name ?? words.unnamed;
}

export function systemOf({ os_distro: distro, os_version: version }: Image, words: ImagesWords): string {
  const said = [distro, version].filter((part) => part !== undefined && part !== '');
  return said.length === 0 ? words.none : said.join(' ');
}

/** Whether servers can be made of it now. */
export function isUsable({ status, image_type: type, disk_format: format }: Image): boolean {
  return status === 'active' && type !== 'data_disk' && format !== 'iso';
}

/** What somebody may do with an image as it is; the gateway decides. */
export function actionsOn(image: Image, session: Session): readonly ImageAction[] {
  if (image.owner !== session.project_id) return [];
  const { status, visibility } = image;
  const whole = status === 'active';
  return IMAGE_ACTIONS.filter((action) => {
    switch (action) {
      case 'edit':
        return visibility !== 'public';
      case 'share':
        return visibility !== 'public' && whole;
      case 'exporting':
      case 'copy':
        return whole;
      case 'deactivate':
        return whole && visibility !== 'public';
      case 'reactivate':
        return status === 'deactivated';
      case 'remove':
        return visibility !== 'public';
      default:
        return action satisfies never;
    }
  });
}
