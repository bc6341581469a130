import { InspectionRefusal } from '../inspection-refusal.ts';
import type { Span } from '../source/coalesce.ts';
import { NO_PARENT, SECTOR } from './format.ts';

/** `RW 2048 SPARSE "disk.vmdk"`, and after the name an offset for kinds that we do not take. */
const EXTENT = /^(RW|RDONLY|NOACCESS)\s+(\d{1,15})\s+([A-Z]+)\s*(?:"([^"]*)"\s*)?(\d*)$/i;
/** Characters of a line. A name has 255 at most, and nothing else in a line is as long. */
const LONGEST_LINE = 1024;
const SETTING = /^([A-Za-z_][\w.-]*)\s*=\s*(.*)$/;
/** A name of a file and no place: nothing that leads anywhere, whatever system it is read on. It is never opened. */
const BARE_NAME = /^(?!\.{1,2}$)[^/\\:\p{C}]{1,255}$/u;

export interface DescribedDisk {
  readonly virtualSize: number;
  readonly isCompressed: boolean;
}

/**
 * Judges the text in a VMDK, which could make the disk consist of anything: it must say that the disk is the file it
 * stands in, whole and without a parent. What it says in lines of no known form is refused, too.
 * @param bytes what the file has at `place`, filled up with zeros
 */
export function judgeDescriptor(bytes: Buffer, place: Span, disk: DescribedDisk): void {
  const { settings, extents } = parse(textOf(bytes, place.start), place.start);
  const refused = (
    code: 'image.external_data_file' | 'image.backing_file' | 'image.encrypted',
    message: string,
  ): never => {
    throw new InspectionRefusal(code, message, place.start);
  };
  if ((settings.get('parentcid') ?? NO_PARENT).toLowerCase() !== NO_PARENT || settings.has('parentfilenamehint')) {
    refused('image.backing_file', 'The disk depends on a parent disk');
  }
  for (const name of settings.keys()) {
    if (name.startsWith('encryption')) refused('image.encrypted', 'The disk is encrypted');
    if (name.startsWith('changetrackpath'))
      refused('image.external_data_file', 'The descriptor names a file of changes');
  }
  const kind = settings.get('createtype');
  if (kind !== (disk.isCompressed ? 'streamOptimized' : 'monolithicSparse')) {
    refused('image.external_data_file', `A disk of type ${kind ?? 'unknown'} is not one sparse file`);
  }
  const [extent] = extents;
  if (!extent || extents.length !== 1) refused('image.external_data_file', `The disk has ${extents.length} extents`);
  const { access = '', sectors = '', type, name = '', offset } = extent ?? {};
  if (
    access.toUpperCase() === 'NOACCESS' ||
    type?.toUpperCase() !== 'SPARSE' ||
    offset !== '' ||
    !BARE_NAME.test(name)
  ) {
    refused('image.external_data_file', 'The extent of the disk is not the file it is described in');
  }
  if (Number(sectors) * SECTOR !== disk.virtualSize) {
    throw new InspectionRefusal(
      'image.header',
      `The extent has ${sectors} sectors, the header says another number`,
      place.start,
    );
  }
}

interface Extent {
  readonly access: string | undefined;
  readonly sectors: string | undefined;
  readonly type: string | undefined;
  readonly name: string | undefined;
  readonly offset: string | undefined;
}

/** The text up to its first zero; nothing but zeros follows it. */
function textOf(bytes: Buffer, start: number): string {
  const end = bytes.indexOf(0);
  const text = end < 0 ? bytes : bytes.subarray(0, end);
  if (end >= 0 && bytes.subarray(end).some((byte) => byte !== 0)) {
    throw new InspectionRefusal('image.header', 'The descriptor has text behind its end', start + end);
  }
  return text.toString('utf8');
}

function parse(text: string, start: number): { settings: Map<string, string>; extents: Extent[] } {
  const settings = new Map<string, string>();
  const extents: Extent[] = [];
  for (const whole of text.split('\n')) {
    if (whole.length > LONGEST_LINE) {
      const message = `The descriptor has a line of more than ${LONGEST_LINE} characters`;
      throw new InspectionRefusal('image.header', message, start);
    }
    const line = whole.trim();
    if (line === '' || line.startsWith('#')) continue;
    const extent = EXTENT.exec(line);
    if (extent) {
      const [, access, sectors, type, name, offset] = extent;
      extents.push({ access, sectors, type, name, offset });
      continue;
    }
    const [, name, value] = SETTING.exec(line) ?? [];
    if (name === undefined || value === undefined || settings.has(name.toLowerCase())) {
      throw new InspectionRefusal('image.header', 'The descriptor has a line that is not understood, or twice', start);
    }
    settings.set(name.toLowerCase(), value.replace(/^"(.*)"$/, '$1'));
  }
  return { settings, extents };
}
