import {
  bootProof,
  DeleteImage,
  eventEnvelope,
  generalizationReport,
  GetLineage,
  imageStatus,
  instant,
  readinessReport,
  shownImage,
  visibility,
} from '@imago/contracts';
import { z } from 'zod';
import { type Answers, links, projection } from './answer.ts';

const text = z.string().optional();

/** As `imageDocument` writes it; what else an image has is text beside these. */
const image = z.looseObject({
  id: z.uuid(),
  name: z.string().nullable(),
  status: imageStatus,
  visibility,
  protected: z.boolean(),
  os_hidden: z.boolean(),
  owner: z.string(),
  disk_format: z.string().nullable(),
  container_format: z.string().nullable(),
  size: z.number().nullable(),
  virtual_size: z.number().nullable(),
  checksum: z.string().nullable(),
  os_hash_algo: z.string().nullable(),
  os_hash_value: z.string().nullable(),
  min_disk: z.int(),
  min_ram: z.int(),
  tags: z.array(z.string()),
  created_at: z.string(),
  updated_at: z.string(),
  boot: shownImage.shape.boot,
  ...{ description: text, architecture: text, os_distro: text, os_version: text, hw_firmware_type: text },
  ...{ image_type: text, enterprise_project_id: text, region: text, job_id: text },
  ...{ source_uri: text, source_disk_format: text, source_size: text },
  ...{ source_server_name: text, instance_uuid: text, base_image_ref: text },
  ...{ error_code: text, error_message: text, error_remedy: text, data_disks: text, machine_image_id: text },
});

const { ancestors, copied_from, layers } = GetLineage.response.shape;
const { id, name, status, origin, created_at } = shownImage.shape;

export const imageAnswers: Answers = {
  Image: {
    schema: image,
    of: [...['Images.show', 'Images.create', 'Images.update'], ...['ImageReviews.publish', 'ImageReviews.unpublish']],
  },
  ImagePage: { schema: z.object({ images: z.array(image), ...links }), of: ['Images.list', 'ImageSearch.list'] },
  ImageLineage: {
    schema: z.object({ image_id: id, name, status, origin, created_at, copied_from, layers, ancestors }),
    of: ['ImageLineage.lineage'],
  },
  ImageReadiness: {
    schema: readinessReport.extend({ image_id: z.uuid(), examined_at: instant }),
    of: ['ImageReadiness.readiness'],
  },
  ImageGeneralization: {
    schema: generalizationReport.extend({ image_id: z.uuid(), generalized_at: instant }),
    of: ['ImageReadiness.generalization'],
  },
  ImageBootProof: {
    schema: z.intersection(z.object({ image_id: z.uuid() }), bootProof),
    of: ['ImageBootProofs.show'],
  },
  DeletedImage: {
    schema: z.object({ id: z.uuid(), members_losing: DeleteImage.response.shape.members_losing }),
    of: ['ImageDeletion.delete'],
  },
  EventPage: {
    schema: z.object({ events: z.array(eventEnvelope), ...links }),
    of: ['ImageEvents.list', 'Audit.list'],
  },
  DownloadLink: {
    schema: z.object({
      ...{ id: z.uuid(), image_id: z.uuid(), disk_format: z.string(), url: z.string(), expires_at: instant },
      ...projection,
    }),
    of: ['DownloadLinks.create'],
  },
};
