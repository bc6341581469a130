import { everybody, type Expectation, image, operators, own } from './policy-walk.ts';

const PATCH = 'application/openstack-images-v2.1-json-patch';
const nobodysId = '0197b1d8-7f5e-7cc8-b2f4-54d4d7b8d5c3';

const FILE = {
  source: 's3://nobodys-bucket/object',
  name: 'walked',
  disk_format: 'raw',
  os_distro: 'debian',
  os_version: '12',
  architecture: 'x86_64',
  min_disk: 1,
  enterprise_project_id: 'default',
};

/** An import of what is not there. */
const IMPORT = { ...FILE, agreement_accepted: true };

/** The same by an operator, on behalf of a project that is not there. */
const OFFLINE_IMPORT = { ...FILE, type: 'file', project_id: 'nobody', sha512: '0'.repeat(128) };

/** Whoever may act in their own project gets the first, who may only look the second. */
function inOwnProject(member: number, reader: number, rest: Parameters<typeof own>[2] = {}): Expectation {
  return own('nothing', [member, reader, member, member], rest);
}

/**
 * What every route answers to whom: owner, reader of the owner's project, accepted, pending, rejected, stranger,
 * operator. 404 is what may not be known; 403 what is known and not allowed; 400 and 409 come after the permission.
 */
export const EXPECTATIONS: Readonly<Record<string, Expectation>> = {
  // Discovery and identity: nothing of anybody's.
  'GET /': everybody(300),
  'GET /versions': everybody(200),
  'GET /v2': everybody(200),
  'GET /health/live': everybody(200),
  'GET /health/ready': everybody(200),
  'GET /metrics': everybody(200),
  'GET /v1/openapi.json': everybody(200),
  'GET /v2/info/import': everybody(200),
  'GET /v2/info/stores': everybody(200),
  'GET /v2/info/stores/detail': operators('nothing', 200),
  'GET /v2/info/usage': everybody(200),
  'GET /v2/schemas/task': everybody(200),
  'GET /v2/schemas/tasks': everybody(200),
  'GET /v2/tasks': operators('nothing', 200),
  'GET /v2/tasks/{task_id}': operators('nothing', 404, { path: { task_id: nobodysId } }),
  'GET /v2/schemas/image': everybody(200),
  'GET /v2/schemas/images': everybody(200),
  'GET /v2/schemas/member': everybody(200),
  'GET /v2/schemas/members': everybody(200),
  'GET /v1/flavors': everybody(200),
  'GET /v1/networks': everybody(200),
  'GET /v1/operating-systems': everybody(200),
  ...identity(''),
  ...identity('/identity'),

  // Images.
  'GET /v2/images': everybody(200),
  'GET /v1/images': everybody(200),
  'POST /v2/images': inOwnProject(201, 403, { body: { name: 'walked' } }),
  'GET /v2/images/{image_id}': image([200, 200, 200, 200, 200, 404, 200]),
  'GET /v2/images/{image_id}/tasks': image([200, 200, 200, 200, 200, 404, 200]),
  'DELETE /v2/stores/{store}/{image_id}': image([403, 403, 403, 403, 403, 404, 403], { path: { store: 'region-1' } }),
  'PATCH /v2/images/{image_id}': image([200, 403, 403, 403, 403, 404, 200], {
    body: [{ op: 'replace', path: '/name', value: 'renamed' }],
    type: PATCH,
  }),
  'DELETE /v2/images/{image_id}': image([204, 403, 403, 403, 403, 404, 204]),
  'DELETE /v1/images/{image_id}': image([200, 403, 403, 403, 403, 404, 200]),
  'GET /v2/images/{image_id}/file': image([200, 403, 200, 403, 403, 404, 200]),
  'PUT /v2/images/{image_id}/file': image([409, 403, 403, 403, 403, 404, 409], {
    body: {},
    type: 'application/octet-stream',
  }),
  'PUT /v2/images/{image_id}/stage': image([409, 403, 403, 403, 403, 404, 409], {
    body: {},
    type: 'application/octet-stream',
  }),
  'POST /v2/images/{image_id}/import': image([409, 403, 403, 403, 403, 404, 409], {
    body: { method: { name: 'glance-direct' } },
  }),
  'PUT /v2/images/{image_id}/tags/{tag}': image([204, 403, 403, 403, 403, 404, 204], { path: { tag: 'blue' } }),
  'DELETE /v2/images/{image_id}/tags/{tag}': image([404, 403, 403, 403, 403, 404, 404], { path: { tag: 'red' } }),
  'POST /v2/images/{image_id}/actions/deactivate': image([204, 403, 403, 403, 403, 404, 204]),
  'POST /v2/images/{image_id}/actions/reactivate': image([204, 403, 403, 403, 403, 404, 204]),
  // Who did not accept it reads what was told to them: that it was shared with them.
  'GET /v1/images/{image_id}/events': image([200, 200, 200, 200, 200, 404, 200]),
  'GET /v1/images/{image_id}/lineage': image([200, 200, 200, 403, 403, 404, 200]),
  // The image of an import, which is shared with nobody: one whose file was sent has no report.
  'GET /v1/images/{image_id}/damages': image([200, 200, 200, 403, 403, 404, 200]),
  'GET /v1/images/{image_id}/readiness': own('image_job', [200, 200, 404, 200]),
  // Nobody asked for it when the image was made.
  'GET /v1/images/{image_id}/generalization': image([404, 404, 404, 403, 403, 404, 404]),
  'GET /v1/images/{image_id}/boot-proof': image([404, 404, 404, 403, 403, 404, 404]),
  // Whoever asks while it is booted is answered with the job that does it.
  'POST /v1/images/{image_id}/boot-proofs': image([202, 403, 403, 403, 403, 404, 202]),
  // Where secrets lie is for whoever owns the image.
  'GET /v1/images/{image_id}/scan': image([404, 404, 403, 403, 403, 404, 404]),
  'POST /v1/images/{image_id}/scans': image([202, 403, 403, 403, 403, 404, 202]),
  'POST /v1/images/{image_id}/flatten': image([409, 403, 403, 403, 403, 404, 409]),

  // Definitions: the operator's to write. Of one that is not there nobody learns more.
  'GET /v2/schemas/metadefs/{schema}': everybody(200, { path: { schema: 'namespace' } }),
  'GET /v2/metadefs/namespaces': everybody(200),
  'POST /v2/metadefs/namespaces': operators('nothing', 201, { body: { namespace: 'walked' } }),
  'GET /v2/metadefs/resource_types': everybody(200),
  ...definitions(),

  // Members, from the owner's side and from theirs.
  'GET /v2/images/{image_id}/members': image([200, 200, 200, 200, 200, 404, 200]),
  'POST /v2/images/{image_id}/members': image([200, 403, 403, 403, 403, 404, 200], { body: { member: 'p-new' } }),
  'GET /v2/images/{image_id}/members/{member_id}': image([200, 200, 200, 404, 404, 404, 200], {
    path: { member_id: '{accepted_project}' },
  }),
  'PUT /v2/images/{image_id}/members/{member_id}': image([403, 403, 200, 404, 404, 404, 200], {
    path: { member_id: '{accepted_project}' },
    body: { status: 'rejected' },
  }),
  'DELETE /v2/images/{image_id}/members/{member_id}': image([204, 403, 403, 403, 403, 404, 204], {
    path: { member_id: '{accepted_project}' },
  }),
  'GET /v1/images/{image_id}/shares': image([200, 200, 200, 200, 200, 404, 200]),
  'POST /v1/images/{image_id}/shares': image([200, 403, 403, 403, 403, 404, 200], { body: { project_ids: ['p-new'] } }),
  'DELETE /v1/images/{image_id}/shares/{project_id}': image([204, 403, 403, 403, 403, 404, 204], {
    path: { project_id: '{accepted_project}' },
  }),
  'POST /v1/images/{image_id}/shares/cancel': image([200, 403, 403, 403, 403, 404, 200], {
    body: ({ accepted_project }) => ({ project_ids: [accepted_project] }),
  }),
  'GET /v1/shares': everybody(200),
  'POST /v1/shares/{image_id}/accept': image([404, 403, 200, 200, 200, 404, 404]),
  'POST /v1/shares/{image_id}/reject': image([404, 403, 200, 200, 200, 404, 404]),
  'POST /v1/shares/accept': image([404, 403, 200, 200, 200, 404, 404], {
    body: ({ image_id }) => ({ image_ids: [image_id] }),
  }),
  'POST /v1/shares/reject': image([404, 403, 200, 200, 200, 404, 404], {
    body: ({ image_id }) => ({ image_ids: [image_id] }),
  }),

  // Making images. What is asked for is not there, which only who may make images is told.
  'GET /v1/imports': everybody(200),
  'POST /v1/imports': inOwnProject(404, 403, { body: IMPORT }),
  // That there is no such bucket is a point of the answer.
  'POST /v1/imports/preflight': inOwnProject(200, 403, { body: IMPORT }),
  'GET /v1/imports/{job_id}': own('image_job', [200, 200, 404, 200]),
  'GET /v1/uploads': everybody(200),
  'POST /v1/uploads': inOwnProject(413, 403, { body: { size: 2 ** 42 } }),
  'GET /v1/uploads/{upload_id}': own('upload', [200, 200, 404, 200]),
  'DELETE /v1/uploads/{upload_id}': own('upload', [204, 403, 404, 204]),
  'POST /v1/uploads/{upload_id}/part-urls': own('upload', [200, 403, 404, 200], {
    body: { parts: [{ part_number: 1, md5: '5eb63bbbe01eeed093cb22bb8f5acdc3' }] },
  }),
  'POST /v1/uploads/{upload_id}/complete': own('upload', [409, 403, 404, 409], { body: {} }),
  'GET /v1/captures': everybody(200),
  'POST /v1/captures': own('server', [409, 403, 404, 403], {
    body: ({ server_id }) => ({ server_id, source: { type: 'system_disk' }, name: 'walked' }),
  }),
  'GET /v1/captures/{job_id}': own('image_job', [404, 404, 404, 404]),
  'GET /v1/exports': everybody(200),
  // Whoever may take the image away is told that there is no such bucket.
  'POST /v1/exports': image([404, 403, 403, 403, 403, 404, 404], {
    body: ({ image_id }) => ({
      image_id,
      disk_format: 'qcow2',
      destination: { bucket: 'nobodys-bucket', object: 'walked.qcow2' },
    }),
  }),
  'GET /v1/exports/{job_id}': own('image_job', [404, 404, 404, 404]),
  'POST /v1/images/{image_id}/download-links': image([201, 403, 403, 403, 403, 404, 201], { body: {} }),
  'GET /v1/downloads/{image_id}': everybody(403, { query: '?token=forged' }),
  'GET /v1/copies': everybody(200),
  // Who accepted an image sees it, and copies it only where its owner says so.
  'POST /v1/copies': image([202, 403, 403, 403, 403, 404, 202], {
    body: ({ image_id }) => ({ image_id, name: 'copied while walking' }),
  }),
  'GET /v1/copies/{job_id}': own('image_job', [404, 404, 404, 404]),
  'GET /v1/jobs': everybody(200),
  'GET /v1/jobs/{job_id}': own('image_job', [200, 200, 404, 200]),
  'POST /v1/jobs/{job_id}/cancel': own('image_job', [409, 403, 404, 409]),

  // Servers.
  'GET /v1/servers': everybody(200),
  'POST /v1/servers': image([202, 403, 202, 403, 403, 404, 202], {
    body: ({ image_id }) => ({ name: 'walked', flavor: 'tiny', image_id }),
  }),
  'GET /v1/servers/{server_id}': own('server', [200, 200, 404, 200]),
  'DELETE /v1/servers/{server_id}': own('server', [202, 403, 404, 202]),
  'POST /v1/servers/{server_id}/start': own('server', [409, 403, 404, 409]),
  'POST /v1/servers/{server_id}/stop': own('server', [202, 403, 404, 202], { body: { hard: true } }),
  'POST /v1/servers/{server_id}/reboot': own('server', [202, 403, 404, 202], { body: { hard: true } }),
  'POST /v1/servers/{server_id}/change-os': own('server', [409, 403, 404, 409], { body: { image_id: nobodysId } }),
  'GET /v1/servers/{server_id}/console': own('server', [200, 200, 404, 200]),

  'GET /v1/events': everybody(200),
  'GET /v1/audit': everybody(200),

  // Being told of what happens. The test's port is closed, which no answer here tells.
  'GET /v1/webhooks': everybody(200),
  'POST /v1/webhooks': inOwnProject(400, 403, { body: { url: 'http://10.0.0.1/' } }),
  'GET /v1/webhooks/{webhook_id}': own('webhook', [200, 200, 404, 200]),
  'PATCH /v1/webhooks/{webhook_id}': own('webhook', [200, 403, 404, 200], { body: { types: ['ImageReady'] } }),
  'DELETE /v1/webhooks/{webhook_id}': own('webhook', [204, 403, 404, 204]),
  'GET /v1/webhooks/{webhook_id}/deliveries': own('webhook', [200, 200, 404, 200]),
  'GET /v1/webhooks/{webhook_id}/deliveries/{delivery_id}': own('webhook', [200, 200, 404, 200]),
  'POST /v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replay': own('webhook', [202, 403, 404, 202]),
  'POST /v1/webhooks/{webhook_id}/replay': own('webhook', [202, 403, 404, 202]),
  'POST /v1/webhooks/{webhook_id}/test': own('webhook', [202, 403, 404, 202]),

  // What a project has, may have and is charged for.
  'GET /v1/quotas': everybody(200),
  'GET /v1/usage': everybody(200),
  'GET /v1/buckets': everybody(200),
  'GET /v1/buckets/{bucket}/objects': everybody(404, { path: { bucket: 'nobodys-bucket' } }),
  // Object stores are their project's alone, and no operator's either.
  'GET /v1/object-stores': everybody(200),
  'POST /v1/object-stores': inOwnProject(400, 403, {
    body: { name: 'walked', endpoint: 'http://10.0.0.1', access_key: 'a', secret_key: 'b' },
  }),
  'GET /v1/object-stores/{object_store}': own('object_store', [200, 200, 404, 404]),
  'PUT /v1/object-stores/{object_store}': own('object_store', [200, 403, 404, 404], {
    body: { name: 'walked-again', endpoint: 'http://127.0.0.1:9099', access_key: 'a', secret_key: 'b' },
  }),
  'DELETE /v1/object-stores/{object_store}': own('object_store', [204, 403, 404, 404]),
  'GET /v1/quota-requests': everybody(200),
  'POST /v1/quota-requests': inOwnProject(400, 403, {
    body: { resource: 'images', requested_limit: 1, reason: 'less than there is' },
  }),
  'GET /v1/quota-requests/{quota_request_id}': own('quota_request', [200, 200, 404, 200]),

  // What operators do.
  'GET /v1/operator/quota-requests': operators('nothing', 200),
  'POST /v1/operator/quota-requests/{quota_request_id}/approve': operators('quota_request', 200, { body: {} }),
  'POST /v1/operator/quota-requests/{quota_request_id}/reject': operators('quota_request', 200, {
    body: { comment: 'no' },
  }),
  'GET /v1/operator/reconciliations': operators('nothing', 200),
  'POST /v1/operator/reconciliations': operators('nothing', 202, { body: {} }),
  'GET /v1/operator/operations': operators('nothing', 200),
  // For a project that is not there.
  'POST /v1/operator/offline-imports': operators('nothing', 404, { body: OFFLINE_IMPORT }),
  'GET /v1/operator/scrubs': operators('nothing', 200),
  'POST /v1/operator/scrubs': operators('nothing', 202),
  'GET /v1/operator/parked': operators('nothing', 200),
  'POST /v1/operator/parked/{service}/{message_id}/replay': operators('nothing', 404, {
    path: { service: 'catalog', message_id: nobodysId },
  }),
  'DELETE /v1/operator/parked/{service}/{message_id}': operators('nothing', 404, {
    path: { service: 'catalog', message_id: nobodysId },
  }),
  'GET /v1/operator/images/{image_id}/reviews': image([403, 403, 403, 403, 403, 404, 200]),
  'POST /v1/operator/images/{image_id}/reviews': image([403, 403, 403, 403, 403, 404, 201], {
    body: { verdict: 'rejected', scan: 'not_scanned', initialisation_component: null, comment: null },
  }),
  'POST /v1/operator/images/{image_id}/publish': image([403, 403, 403, 403, 403, 404, 403]),
  'POST /v1/operator/images/{image_id}/unpublish': image([403, 403, 403, 403, 403, 404, 200]),
  'GET /v1/operator/projects/{project_id}/buckets': operators('nothing', 200, { path: { project_id: 'p-new' } }),
  'PUT /v1/operator/projects/{project_id}/buckets/{bucket}': operators('nothing', 200, {
    path: { project_id: 'p-new', bucket: 'bucket-new' },
  }),
};

/** Keystone's part, which tells everybody of themselves alone. */
function identity(prefix: string): Readonly<Record<string, Expectation>> {
  return {
    ...(prefix === '' ? {} : { [`GET ${prefix}`]: everybody(300) }),
    [`GET ${prefix}/v3`]: everybody(200),
    [`GET ${prefix}/v3/auth/projects`]: everybody(200),
    [`GET ${prefix}/v3/auth/catalog`]: everybody(200),
    [`GET ${prefix}/v3/auth/tokens`]: everybody(404),
    [`POST ${prefix}/v3/auth/tokens`]: everybody(400, { body: {} }),
    [`DELETE ${prefix}/v3/auth/tokens`]: everybody(404),
    [`GET ${prefix}/v3/projects`]: everybody(403),
    [`GET ${prefix}/v3/projects/{project_id}`]: everybody(403, { path: { project_id: 'p-new' } }),
  };
}

/** Everything of a namespace that is not there. */
function definitions(): Readonly<Record<string, Expectation>> {
  const at = '/v2/metadefs/namespaces/{namespace}';
  const property = { title: 'Size', type: 'integer' };
  const bodies: Readonly<Record<string, object>> = {
    '': { namespace: 'x' },
    '/objects/{object_name}': { name: 'x' },
    '/properties/{property_name}': { ...property, name: 'x' },
    '/tags/{tag_name}': { name: 'x' },
  };
  const routes = Object.entries(bodies).flatMap(([path, body]) => [
    [`GET ${at}${path}`, everybody(404)] as const,
    [`PUT ${at}${path}`, everybody(404, { body })] as const,
    [`DELETE ${at}${path}`, everybody(404)] as const,
  ]);
  const kinds = (['objects', 'properties', 'tags', 'resource_types'] as const).flatMap((kind) => [
    [`GET ${at}/${kind}`, everybody(404)] as const,
    [
      `POST ${at}/${kind}`,
      everybody(404, { body: kind === 'tags' ? { tags: [] } : { ...(kind === 'properties' && property), name: 'x' } }),
    ] as const,
    ...(kind === 'resource_types' ? [] : [[`DELETE ${at}/${kind}`, everybody(404)] as const]),
  ]);
  return Object.fromEntries([
    ...routes,
    ...kinds,
    [`POST ${at}/tags/{tag_name}`, everybody(404)],
    [`DELETE ${at}/resource_types/{resource_type}`, everybody(404)],
  ]);
}
