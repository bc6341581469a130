import type { ShownImage } from '@imago/contracts';
import { storesOf } from '../stores/image-stores.ts';
import { glanceTime } from './glance-time.ts';

/** An image as the OpenStack Image API shows it: flat, what the standard does not name beside it as text. */
export function imageDocument(image: ShownImage): Readonly<Record<string, unknown>> {
  const self = `/v2/images/${image.id}`;
  return {
    ...ownProperties(image),
    ...image.properties,
    ...originProperties(image),
    // Nobody else says so, also not under that name before it had a meaning.
    boot: image.boot ?? undefined,
    scan: image.scan ?? undefined,
    ...machineProperties(image),
    id: image.id,
    name: image.name,
    status: image.status,
    visibility: image.visibility,
    protected: image.protected,
    os_hidden: image.os_hidden,
    owner: image.owner,
    disk_format: image.disk_format,
    container_format: image.container_format,
    size: numberOf(image.size),
    virtual_size: numberOf(image.virtual_size),
    checksum: image.checksum,
    os_hash_algo: image.os_hash_algo,
    os_hash_value: image.os_hash_value,
    min_disk: image.min_disk,
    min_ram: image.min_ram,
    tags: image.tags,
    stores: hasBytes(image) ? storesOf(image.region).join(',') : undefined,
    created_at: glanceTime(image.created_at),
    updated_at: glanceTime(image.updated_at),
    self,
    file: `${self}/file`,
    schema: '/v2/schemas/image',
  };
}

/** What Imago knows of an image beyond the standard's fields, under the names OpenStack uses where it has one. */
function ownProperties(image: ShownImage): Readonly<Record<string, string>> {
  const properties: Readonly<Record<string, string | null | undefined>> = {
    description: image.description,
    architecture: image.architecture,
    os_distro: image.os_distro,
    os_version: image.os_version,
    hw_firmware_type: image.boot_mode,
    image_type: image.image_type,
    enterprise_project_id: image.enterprise_project_id,
    region: image.region,
    job_id: image.job_id,
    source_uri: image.source?.source_uri,
    source_disk_format: image.source?.source_disk_format,
    source_size: image.source?.source_size,
    source_server_name: image.origin?.server_name,
    error_code: image.error?.code,
    error_message: image.error?.message,
    error_remedy: image.error?.remedy,
  };
  const known = Object.entries(properties).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(known);
}

/** Where a captured image comes from, under the names Nova gives the images it takes of servers. Nobody may say otherwise. */
function originProperties({ origin }: ShownImage): Readonly<Record<string, string>> {
  if (origin === null) return {};
  const { server_id, image_id } = origin;
  return { instance_uuid: server_id, ...(image_id === null ? {} : { base_image_ref: image_id }) };
}

/** What belongs to a full machine: its data disks as JSON text, as Nova describes the disks of its images; or the machine. */
function machineProperties({ data_disks, machine_image_id }: ShownImage): Readonly<Record<string, string>> {
  const disks = data_disks.map((disk) => ({ ...disk, size: numberOf(disk.size) }));
  return {
    ...(disks.length === 0 ? {} : { data_disks: JSON.stringify(disks) }),
    ...(machine_image_id === null ? {} : { machine_image_id }),
  };
}

function hasBytes({ status }: ShownImage): boolean {
  return status === 'active' || status === 'deactivated';
}

/** JSON numbers, as clients expect them; they are exact up to 8 PiB. */
function numberOf(bytes: string | null): number | null {
  return bytes === null ? null : Number(bytes);
}
