import type { ImageChange } from '@imago/contracts';
import { refusal } from '@imago/contracts';
import { invalidFields } from '@imago/service';
import type { Request } from 'express';
import { z } from 'zod';

const OLD = 'application/openstack-images-v2.0-json-patch';
const NEW = 'application/openstack-images-v2.1-json-patch';

/** The media types of a patch, the first as a client is told of them. */
export const PATCH_TYPES = [OLD, NEW] as const;

/** What a patch asks for. */
export interface ImagePatch {
  readonly changes: ImageChange[];
  /** The older form refuses to add what is there already; the newer one overwrites. */
  readonly strict_add: boolean;
}

const op = z.enum(['add', 'replace', 'remove']);
type Op = z.output<typeof op>;
const OPS = op.options;

const list = z.array(z.record(z.string(), z.unknown()), { message: 'must be a list of operations' }).max(1000);

/**
 * The patch of a request in either form.
 * @throws Refusal request.patch_type, request.invalid, image.attribute_read_only
 */
export function patchOf(request: Request): ImagePatch {
  const type = request.is([...PATCH_TYPES]);
  if (type === false || type === null) {
    throw refusal('request.patch_type', 'The body of a PATCH is not one of the types that patch images.');
  }
  const parsed = list.safeParse(request.body);
  if (!parsed.success) throw invalidFields(parsed.error.issues);
  const isOld = type === OLD;
  return { changes: parsed.data.map((each, index) => changeIn(each, isOld, index)), strict_add: isOld };
}

function changeIn(operation: Readonly<Record<string, unknown>>, isOld: boolean, index: number): ImageChange {
  const [kind, pointer] = isOld ? oldForm(operation, index) : newForm(operation, index);
  const name = nameIn(pointer, index);
  if (kind === 'remove') return { op: kind, name };
  if (!Object.hasOwn(operation, 'value')) throw unreadable(index, 'has no value');
  return { op: kind, name, value: operation['value'] };
}

/** `{"replace": "/name", "value": …}` */
function oldForm(operation: Readonly<Record<string, unknown>>, index: number): [Op, unknown] {
  const [kind, ...more] = OPS.filter((each) => Object.hasOwn(operation, each));
  if (kind === undefined || more.length > 0) throw unreadable(index, 'needs one of add, replace and remove');
  return [kind, operation[kind]];
}

/** `{"op": "replace", "path": "/name", "value": …}` */
function newForm(operation: Readonly<Record<string, unknown>>, index: number): [Op, unknown] {
  const kind = op.safeParse(operation['op']);
  if (!kind.success) throw unreadable(index, 'needs an op: add, replace or remove');
  return [kind.data, operation['path']];
}

/** A JSON pointer (RFC 6901) to something at the top: nothing of an image lies deeper, but a place in its locations. */
function nameIn(pointer: unknown, index: number): string {
  if (typeof pointer !== 'string' || !pointer.startsWith('/')) throw unreadable(index, 'needs a path such as /name');
  const [first = '', ...deeper] = pointer.slice(1).split('/');
  if (first === 'locations') {
    throw refusal('image.attribute_read_only', "Attribute 'locations' is read-only.", { attribute: first });
  }
  if (first === '' || deeper.length > 0 || /~(?![01])/.test(first))
    throw unreadable(index, 'needs a path such as /name');
  const name = first.replaceAll('~1', '/').replaceAll('~0', '~');
  if (name.length > 255) throw unreadable(index, 'has a name longer than 255 characters');
  return name;
}

function unreadable(index: number, message: string): Error {
  return invalidFields([{ path: [index], message }]);
}
