import { CAPTURE_ERRORS } from './capture-error-codes.ts';
import { IMAGE_FILE_ERRORS } from './image-file-error-codes.ts';
import { IMAGE_API_ERRORS } from './image-api-error-codes.ts';
import { IMPORT_ERRORS } from './import-error-codes.ts';

/** What sort of refusal a code is; the HTTP edge maps kinds to statuses, consumers map them to policies. */
export type ErrorKind =
  | 'invalid'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'gone'
  | 'too_large'
  | 'unsupported'
  | 'unavailable'
  | 'timeout'
  | 'internal';

export interface ErrorEntry {
  readonly kind: ErrorKind;
  /** What the tenant can do about it. */
  readonly remedy: string;
}

/** Every code Imago answers with. A code is never renamed or reused; `docs/errors.md` is made from this table. */
export const ERRORS = {
  'request.invalid': { kind: 'invalid', remedy: 'Correct the fields named in the answer and send the request again.' },
  'request.timeout': { kind: 'timeout', remedy: 'Send the request again with the same Idempotency-Key.' },
  'request.not_found': { kind: 'not_found', remedy: 'Check the path against the API description.' },
  'request.method_not_allowed': { kind: 'unsupported', remedy: 'Use one of the methods the path allows.' },
  'request.media_type': { kind: 'unsupported', remedy: 'Send the body as application/json.' },
  'request.patch_type': {
    kind: 'unsupported',
    remedy: 'Send the patch as application/openstack-images-v2.1-json-patch.',
  },
  'request.too_large': { kind: 'too_large', remedy: 'Send a smaller body.' },
  'request.idempotency_conflict': {
    kind: 'conflict',
    remedy: 'Use a new Idempotency-Key for a different request.',
  },
  'range.not_satisfiable': { kind: 'invalid', remedy: 'Ask for a range inside the size of the image.' },
  'service.unavailable': { kind: 'unavailable', remedy: 'Try again in a moment; the operator has been alerted.' },
  internal: { kind: 'internal', remedy: 'Try again; if it stays, give the request id to the operator.' },
  'auth.required': {
    kind: 'unauthorized',
    remedy: 'Get a token where the header WWW-Authenticate of the answer says, and send it as X-Auth-Token.',
  },
  'auth.invalid_credentials': { kind: 'unauthorized', remedy: 'Check the user name, domain, password and project.' },
  'auth.invalid_token': {
    kind: 'unauthorized',
    remedy: 'Get a new token where the header WWW-Authenticate of the answer says.',
  },
  'auth.no_project': { kind: 'forbidden', remedy: 'Get a token that is of a project.' },
  'auth.forbidden': { kind: 'forbidden', remedy: 'Ask the owner or the operator for a role that may do this.' },
  'identity.unavailable': {
    kind: 'unavailable',
    remedy: 'Try again in a moment; if it stays, tell the operator that the identity service does not answer.',
  },
  'context.invalid': { kind: 'unauthorized', remedy: 'Requests between services must carry a signed, fresh context.' },
  'region.not_found': { kind: 'not_found', remedy: 'Use a region listed in the identity catalog.' },
  'quota.images_exceeded': {
    kind: 'too_large',
    remedy: 'Delete an image you no longer need or ask for a higher limit.',
  },
  'quota.storage_exceeded': {
    kind: 'too_large',
    remedy: 'Delete an image you no longer need or ask for more storage.',
  },
  'quota.members_exceeded': {
    kind: 'too_large',
    remedy: 'Stop sharing the image with a project that no longer needs it, or ask for a higher limit.',
  },
  'quota.reservation_expired': { kind: 'timeout', remedy: 'Send the request again.' },
  'parked.not_found': { kind: 'not_found', remedy: 'List the parked messages; somebody may have been quicker.' },
  'quota_request.not_found': { kind: 'not_found', remedy: 'Check the id of the request.' },
  'quota_request.not_higher': { kind: 'invalid', remedy: 'Ask for more than the limit the project has.' },
  'quota_request.too_high': { kind: 'invalid', remedy: 'Ask for no more than the message allows.' },
  'quota_request.open': {
    kind: 'conflict',
    remedy: 'Wait for the answer to the request that is open; the details name it.',
  },
  'quota_request.decided': { kind: 'conflict', remedy: 'Nothing is left to decide; ask again for another limit.' },
  'quota_request.own': { kind: 'forbidden', remedy: 'Let another operator decide.' },
  'quota_request.special': {
    kind: 'conflict',
    remedy: 'Say special: true to approve more members than usual, or reject the request.',
  },
  'event.too_many_streams': {
    kind: 'unavailable',
    remedy: 'End a stream that is not needed any more, or follow several things in one.',
  },
  'console.not_built': { kind: 'not_found', remedy: 'Build it with npm run build, or use the API: docs/api.md.' },
  'webhook.not_found': { kind: 'not_found', remedy: 'Check the id of the webhook and the region.' },
  'webhook.url_refused': { kind: 'invalid', remedy: 'Use an https URL without user, password and fragment.' },
  'webhook.address_refused': {
    kind: 'invalid',
    remedy: 'Use a receiver with a public address, or ask the operator to allow this one.',
  },
  'webhook.unresolvable': { kind: 'invalid', remedy: 'Check the host name in the URL and its DNS records.' },
  'webhook.too_many': { kind: 'too_large', remedy: 'Delete a webhook that is not needed any more.' },
  'webhook.disabled': { kind: 'conflict', remedy: 'Enable the webhook first; its reason says why it is disabled.' },
  'webhook.gone': {
    kind: 'gone',
    remedy: 'The receiver wants no more messages: delete the webhook, or enable it when the receiver is back.',
  },
  'webhook.failing': {
    kind: 'unavailable',
    remedy: 'Repair the receiver, enable the webhook, then replay what is parked.',
  },
  'webhook.connection_failed': {
    kind: 'unavailable',
    remedy: 'Check that the receiver runs and can be reached from outside.',
  },
  'webhook.tls_failed': { kind: 'unavailable', remedy: 'Give the receiver a valid certificate for its host name.' },
  'webhook.timeout': {
    kind: 'timeout',
    remedy: 'Let the receiver answer at once and do its work afterwards; then replay.',
  },
  'webhook.redirected': { kind: 'conflict', remedy: 'Set the URL to where the receiver really is.' },
  'webhook.rejected': {
    kind: 'conflict',
    remedy: 'Let the receiver answer with a status from 200 to 299; then replay.',
  },
  'webhook.secret_unreadable': { kind: 'internal', remedy: 'Give the webhook another secret.' },
  'webhook_delivery.not_found': { kind: 'not_found', remedy: 'Check the id of the delivery; old ones are removed.' },
  'webhook_delivery.pending': { kind: 'conflict', remedy: 'Nothing has to be done: it will be tried again.' },
  'usage.range': { kind: 'invalid', remedy: 'Ask for at most 366 days, the end after the beginning.' },
  'share.not_found': { kind: 'not_found', remedy: 'Check the image id and the project id.' },
  'share.ended': { kind: 'gone', remedy: 'Ask the owner of the image to share it again.' },
  'share.exists': { kind: 'conflict', remedy: 'Nothing has to be done: the image is shared with this project.' },
  'share.repeated': { kind: 'conflict', remedy: 'Name each id once.' },
  'share.own_project': { kind: 'conflict', remedy: 'Leave out the project the image belongs to.' },
  'share.project_invalid': {
    kind: 'invalid',
    remedy: 'Use the id of a project: letters, digits, hyphens and underscores, at most 64.',
  },
  'share.too_many': { kind: 'too_large', remedy: 'Name at most 100 ids in one request.' },
  'share.public_image': { kind: 'forbidden', remedy: 'Nothing has to be done: everybody sees a public image.' },
  'share.not_shared': { kind: 'forbidden', remedy: "Set the image's visibility to shared first." },
  'share.marker_invalid': { kind: 'invalid', remedy: 'Use the next link of the page before.' },
  'image.review_missing': {
    kind: 'forbidden',
    remedy: 'Record an approving review first: POST /v1/operator/images/{id}/reviews.',
  },
  'image.scan_missing': {
    kind: 'conflict',
    remedy: 'Have the image scanned first: POST /v1/images/{id}/scans. The details say what is known of it.',
  },
  'image.scan_outdated': {
    kind: 'conflict',
    remedy: 'Have the image scanned again: POST /v1/images/{id}/scans.',
  },
  'image.scan_not_clean': {
    kind: 'conflict',
    remedy:
      'Make the image anew without what is named, in full in GET /v1/images/{id}/scan; then have that one scanned.',
  },
  'image.initialisation_missing': {
    kind: 'conflict',
    remedy: 'Install cloud-init or cloudbase-init on the disk and make the image anew.',
  },
  'image.review_incomplete': {
    kind: 'invalid',
    remedy: 'Approve only what was scanned clean and has an initialisation component.',
  },
  'image.not_found': { kind: 'not_found', remedy: 'Check the image id and the region.' },
  'image.protected': { kind: 'forbidden', remedy: 'Set protected to false first.' },
  'image.part_of_machine': { kind: 'conflict', remedy: 'Do it with the full-machine image that is named.' },
  'image.exists': { kind: 'conflict', remedy: 'Use another image id.' },
  'image.wrong_state': { kind: 'conflict', remedy: 'Wait until the image reaches a state that allows this.' },
  'image.deactivated': { kind: 'forbidden', remedy: 'Reactivate the image, or ask its owner or the operator to.' },
  'image.closed_by_operator': { kind: 'forbidden', remedy: 'Ask the operator to reactivate the image.' },
  'image.damaged': {
    kind: 'conflict',
    remedy:
      'Use another image, or make it again from its file; it opens by itself when the operator has brought its bytes back.',
  },
  'image.no_data': { kind: 'not_found', remedy: 'Wait until the image is active.' },
  'image.marker_not_found': { kind: 'invalid', remedy: 'Use the id of an image on the page before as marker.' },
  'image.attribute_read_only': { kind: 'forbidden', remedy: 'Leave this attribute to Imago.' },
  'image.attribute_required': { kind: 'forbidden', remedy: 'Replace the value: every image has this attribute.' },
  'image.attribute_missing': { kind: 'conflict', remedy: 'Add the property, or correct its name.' },
  'image.attribute_exists': { kind: 'conflict', remedy: 'Replace the property instead of adding it.' },
  'image.properties_exceeded': { kind: 'too_large', remedy: 'Remove properties the image no longer needs.' },
  'image.tags_exceeded': { kind: 'too_large', remedy: 'Remove tags the image no longer needs.' },
  'image.metadata_too_large': { kind: 'too_large', remedy: 'Use fewer or shorter properties and tags.' },
  'image.tag_not_found': { kind: 'not_found', remedy: 'Check the tag against those of the image.' },
  'image.parent_unusable': { kind: 'conflict', remedy: 'Store the image whole.' },
  'image.not_examined': {
    kind: 'not_found',
    remedy:
      'Wait until the image is active; one whose file was sent with PUT is examined when it is imported instead. An ISO image never is.',
  },
  'image.boot_not_attempted': {
    kind: 'not_found',
    remedy:
      'Have the image booted with POST /v1/images/{image_id}/boot-proofs; a boot that is under way or could not be tried is among its jobs.',
  },
  'image.not_scanned': {
    kind: 'not_found',
    remedy:
      'Have the image scanned with POST /v1/images/{image_id}/scans; a scan that is under way or could not be made is among its jobs.',
  },
  'image.not_generalized': {
    kind: 'not_found',
    remedy: 'Capture the server with `generalize: true`, or wait until its disk was looked at.',
  },
  'image.not_layered': { kind: 'conflict', remedy: 'Nothing has to be done: the image is stored whole already.' },
  ...CAPTURE_ERRORS,
  'export.format_unsupported': {
    kind: 'unsupported',
    remedy:
      'Export the image in a format its disk fits into; the message says which limit it passes. An ISO image is downloaded.',
  },
  'export.bucket_not_found': {
    kind: 'not_found',
    remedy: 'Use a bucket assigned to your project, or ask the operator to assign this one.',
  },
  'export.bucket_unusable': {
    kind: 'conflict',
    remedy: 'Check that the bucket is there and lets Imago read and write, then export again.',
  },
  'export.bucket_unavailable': {
    kind: 'unavailable',
    remedy: 'Export again later: the store of the bucket did not answer.',
  },
  'export.object_exists': {
    kind: 'conflict',
    remedy: 'Choose another object, delete the one that is there, or say overwrite.',
  },
  'export.destination_busy': {
    kind: 'conflict',
    remedy: 'Wait until the export to this object has ended, or cancel it.',
  },
  'export.upload_lost': {
    kind: 'conflict',
    remedy: 'Export again, and let nobody abort uploads in the bucket meanwhile.',
  },
  'export.object_changed': {
    kind: 'conflict',
    remedy: 'Export again, and let nobody else write the object meanwhile.',
  },
  'export.image_deleted': { kind: 'conflict', remedy: 'Export another image: this one was deleted.' },
  'export.image_damaged': {
    kind: 'internal',
    remedy: 'Make the image again; the operator has been alerted.',
  },
  'export.verification_failed': { kind: 'internal', remedy: 'Export again; the operator has been alerted.' },
  'copy.not_allowed': {
    kind: 'forbidden',
    remedy: 'Ask the owner of the image to let members copy it: property members_may_copy set to true.',
  },
  'copy.same_name': { kind: 'invalid', remedy: 'Give the copy another name, or make it in another region.' },
  'copy.image_deleted': { kind: 'conflict', remedy: 'Copy another image: this one was deleted.' },
  'copy.image_damaged': { kind: 'internal', remedy: 'Make the image again; the operator has been alerted.' },
  'copy.verification_failed': { kind: 'internal', remedy: 'Copy the image again; the operator has been alerted.' },
  'link.invalid': { kind: 'forbidden', remedy: 'Copy the link whole, or ask its owner for a new one.' },
  'link.expired': { kind: 'gone', remedy: 'Ask the owner of the image for a new link.' },
  'link.lifetime_exceeded': { kind: 'invalid', remedy: 'Ask for a link that lives no longer than the message says.' },
  'image.not_active': { kind: 'invalid', remedy: 'Wait until the image is active.' },
  ...IMAGE_FILE_ERRORS,
  'image.disk_too_small': {
    kind: 'invalid',
    remedy: 'Ask for a system disk at least as large as the virtual size of the file.',
  },
  ...IMPORT_ERRORS,
  ...IMAGE_API_ERRORS,
  'object_store.not_found': { kind: 'not_found', remedy: 'Use an object store of GET /v1/object-stores.' },
  'object_store.endpoint_refused': {
    kind: 'invalid',
    remedy: 'Use the https address of a server anybody can reach, without path, user and password.',
  },
  'object_store.name_taken': { kind: 'conflict', remedy: 'Use another name, or replace the object store of this one.' },
  'object_store.too_many': { kind: 'too_large', remedy: 'Delete an object store that is not needed any more.' },
  'object_store.secret_unreadable': { kind: 'internal', remedy: 'Replace the object store, with its secret key.' },
  'import.verification_failed': { kind: 'internal', remedy: 'Import again; the operator has been alerted.' },
  'import.region_without_storage': { kind: 'unavailable', remedy: 'Import in a region that has object storage.' },
  'image.format_missing': {
    kind: 'invalid',
    remedy: 'Set disk_format and container_format of the image before its file is uploaded.',
  },
  'upload.gone': {
    kind: 'gone',
    remedy: 'The image or its upload is gone: create the image again and upload its file.',
  },
  'upload.too_large': { kind: 'too_large', remedy: 'Upload a file within the limit the message names.' },
  'upload.size_mismatch': {
    kind: 'invalid',
    remedy: 'Send as many bytes as x-openstack-image-size says, or leave the header out.',
  },
  'upload.cut': { kind: 'invalid', remedy: 'The file did not arrive whole: upload it again.' },
  'upload.incomplete': { kind: 'unavailable', remedy: 'The store lost a part of the file: upload it again.' },
  'upload.not_found': { kind: 'not_found', remedy: 'Check the id of the upload and the region.' },
  'upload.wrong_state': {
    kind: 'conflict',
    remedy: 'Look at the state of the upload; begin a new one if it has ended.',
  },
  'upload.too_many': {
    kind: 'too_large',
    remedy: 'Import or delete an upload that is there before another one is begun.',
  },
  'upload.bytes_exceeded': {
    kind: 'too_large',
    remedy: 'Import or delete an upload that is there: their bytes are limited.',
  },
  'upload.part_size_invalid': {
    kind: 'invalid',
    remedy: 'Leave the part size out, or let the file have at most 10,000 parts.',
  },
  'upload.part_invalid': { kind: 'invalid', remedy: 'Use numbers from 1 to the part count of the upload, each once.' },
  'upload.parts_missing': { kind: 'conflict', remedy: 'Send the missing parts, then complete the upload again.' },
  'upload.hash_mismatch': {
    kind: 'invalid',
    remedy: 'The file differs from its hash: compute it again and upload anew.',
  },
  'upload.expired': { kind: 'gone', remedy: 'Begin a new upload, and import it before it expires.' },
  'upload.media_type': { kind: 'unsupported', remedy: 'Send the file as application/octet-stream.' },
  'server.not_found': { kind: 'not_found', remedy: 'Check the server id and the region.' },
  'server.disk_not_found': { kind: 'not_found', remedy: 'Use the id of one of the data disks of the server.' },
  'server.not_locked': { kind: 'conflict', remedy: 'Start the capture again.' },
  'server.marker_not_found': { kind: 'invalid', remedy: 'Use the id of a server on the page before as marker.' },
  'server.busy': {
    kind: 'conflict',
    remedy: 'Wait until the task of the server has ended; its job shows how far it is.',
  },
  'server.wrong_state': { kind: 'conflict', remedy: 'Look at the status of the server: it does not allow this.' },
  'server.not_stopped': { kind: 'conflict', remedy: 'Stop the server first.' },
  'server.image_unusable': {
    kind: 'invalid',
    remedy: 'Use an image whose type, format and architecture fit: a disk, not an ISO image, for x86_64.',
  },
  'server.disk_damaged': {
    kind: 'conflict',
    remedy:
      'Save what the server still reads and make it again from another image, or wait until the operator has brought the bytes back.',
  },
  'server.disk_size_mismatch': {
    kind: 'invalid',
    remedy: "Leave the size out or give the image's: a system disk has exactly the size of its image.",
  },
  'server.disk_too_small': {
    kind: 'invalid',
    remedy: 'Ask for a disk that is at least as large as the disk of the image.',
  },
  'server.disks_exceeded': { kind: 'invalid', remedy: 'Ask for fewer data disks: those of the image count, too.' },
  'server.ram_too_small': { kind: 'invalid', remedy: "Use a flavor with at least the image's min_ram." },
  'server.flavor_not_found': { kind: 'invalid', remedy: 'Use one of the flavors of GET /v1/flavors.' },
  'server.network_not_found': { kind: 'invalid', remedy: 'Use one of the networks named in the answer.' },
  'server.count_exceeded': { kind: 'invalid', remedy: 'Ask for fewer servers at once.' },
  'server.host_not_available': {
    kind: 'unavailable',
    remedy: 'Try again in a moment; no host of this region can run servers now, and the operator has been alerted.',
  },
  'server.host_disk_full': { kind: 'unavailable', remedy: 'Ask for fewer or smaller disks, or delete servers.' },
  'server.host_memory_full': { kind: 'unavailable', remedy: 'Ask for fewer or smaller servers, or delete some.' },
  'server.build_failed': {
    kind: 'internal',
    remedy: 'Delete the server and make it again; the operator has been alerted.',
  },
  'server.batch_failed': {
    kind: 'internal',
    remedy: 'Look at each server for its own reason; those that run are yours.',
  },
  'server.crashed': { kind: 'internal', remedy: 'Start the server again; if it stays, look at its console.' },
  'server.disk_error': {
    kind: 'internal',
    remedy: 'The disk of the server cannot be read in full: make a new server from another image.',
  },
  'job.not_found': { kind: 'not_found', remedy: 'Check the job id.' },
  'job.wrong_state': { kind: 'conflict', remedy: 'The job has ended; nothing is left to cancel.' },
  'job.cancelled': { kind: 'conflict', remedy: 'You cancelled this job. Start a new one if you still want the image.' },
  'job.stalled': { kind: 'timeout', remedy: 'Start the job again; the operator has been alerted.' },
  'job.attempts_exhausted': { kind: 'internal', remedy: 'Start the job again; the operator has been alerted.' },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;
