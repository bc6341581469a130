import { bootStatus, containerFormat, diskFormat, imageStatus, scanStatus, visibility } from '@imago/contracts';

const text = (description: string): object => ({ type: ['null', 'string'], maxLength: 255, description });
const said = (description: string, type: unknown): object => ({ readOnly: true, type, description });
/** Properties that OpenStack's services agree on: custom ones, with a meaning. */
const agreed = (description: string): object => ({ type: 'string', is_base: false, description });

/**
 * What an image looks like, as OpenStack's clients ask before they show or change one. Their command line options are
 * made from it, and glance checks every answer against it.
 */
export const IMAGE_SCHEMA = {
  name: 'image',
  properties: {
    id: {
      type: 'string',
      pattern: '^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$',
      description: 'Id of the image; made by the service unless it is given at creation',
    },
    name: text('What the image is called'),
    status: { ...said('How far the image is', 'string'), enum: imageStatus.options },
    visibility: { type: 'string', enum: visibility.options, description: 'Who sees the image' },
    protected: { type: 'boolean', description: 'Whether the image is kept from being deleted' },
    os_hidden: { type: 'boolean', description: 'Whether lists leave the image out' },
    owner: text('Project the image belongs to'),
    container_format: {
      type: ['null', 'string'],
      enum: [null, ...containerFormat.options],
      description: 'What is around the disk',
    },
    disk_format: { type: ['null', 'string'], enum: [null, ...diskFormat.options], description: 'Format of the disk' },
    size: said('Bytes of the file', ['null', 'integer']),
    virtual_size: said('Bytes of the disk in the file', ['null', 'integer']),
    checksum: { ...said('md5 of the file', ['null', 'string']), maxLength: 32 },
    os_hash_algo: { ...said('How os_hash_value was made', ['null', 'string']), maxLength: 64 },
    os_hash_value: { ...said('Digest of the file by os_hash_algo', ['null', 'string']), maxLength: 128 },
    min_disk: { type: 'integer', description: 'GiB of disk a server of this image needs' },
    min_ram: { type: 'integer', description: 'MiB of memory a server of this image needs' },
    tags: { type: 'array', items: { type: 'string', maxLength: 255 }, description: 'Words the image is found by' },
    created_at: said('When the image was registered', 'string'),
    updated_at: said('When the image changed last', 'string'),
    self: said('Path of the image', 'string'),
    file: said('Path of its bytes', 'string'),
    schema: said('Path of this description', 'string'),
    direct_url: said('Place of the bytes, where it is shown', 'string'),
    // `stores` is not among them, though images have it: glance makes an option of each, and has one of that name already.
    locations: {
      ...said('Places of the bytes, where they are shown', 'array'),
      items: {
        type: 'object',
        required: ['url', 'metadata'],
        properties: { url: { type: 'string', maxLength: 255 }, metadata: { type: 'object' } },
      },
    },
    architecture: agreed('Processor the image runs on'),
    os_distro: agreed('Operating system in the image, by its common short name'),
    os_version: agreed('Version of the operating system'),
    description: agreed('What a person has to say about the image'),
    kernel_id: { ...agreed('Image of the kernel, for images without one'), type: ['null', 'string'] },
    ramdisk_id: { ...agreed('Image of the initial memory disk'), type: ['null', 'string'] },
    boot: {
      ...said('Whether the image was seen to boot, the last time it was tried', 'string'),
      enum: bootStatus.options,
    },
    scan: {
      ...said('What the newest scan of the image for malware came to', 'string'),
      enum: scanStatus.options,
    },
    instance_uuid: agreed('Server the image was taken from'),
  },
  additionalProperties: { type: 'string' },
  links: [
    { rel: 'self', href: '{self}' },
    { rel: 'enclosure', href: '{file}' },
    { rel: 'describedby', href: '{schema}' },
  ],
} as const;
