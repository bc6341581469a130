import type { ImagesWords } from './images.zh.ts';

export const en: ImagesWords = {
  title: 'Images',
  tabs: { public: 'Public images', private: 'Private images', shared: 'Shared images' },
  tabsLabel: 'Kind of images',
  columns: {
    name: 'Name',
    status: 'Status',
    system: 'Operating system',
    disk: 'System disk',
    size: 'Size',
    updated: 'Changed',
  },
  status: {
    queued: 'Queued',
    saving: 'Saving',
    uploading: 'Uploading',
    importing: 'In the making',
    active: 'Active',
    deactivated: 'Deactivated',
    killed: 'Failed',
    deleted: 'Deleted',
  },
  unnamed: 'without a name',
  empty: {
    public: 'There are no public images in this region yet.',
    private: 'There are no private images yet.',
    shared: 'There are no shared images yet.',
  },
  gib: (count: number) => `${count} GB`,
  unknown: '—',
};
