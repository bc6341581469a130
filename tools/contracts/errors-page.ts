import { type ErrorCode, ERRORS, refusal } from '@imago/contracts';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the whole lib has decorators, which Node does not run
import { faultOf } from '../../libs/service/src/fault.ts';
import { GENERATED, page, table } from './markdown.ts';

/** `docs/errors.md`: every code, what it answers over HTTP, and what the caller can do. */
export function errorsPage(): string {
  const codes = Object.keys(ERRORS) as ErrorCode[];
  const areas = [...new Set(codes.map(areaOf))];
  return page(
    GENERATED,
    '# Errors',
    'Every refusal carries one of these codes, wherever it appears: in an HTTP answer, in a job, in an image, in an event. ' +
      'A code is never renamed and never used for something else; new ones may appear, so treat one you do not know like ' +
      'its HTTP status. The remedy is part of the answer.',
    'Under `/v1` a refusal is `application/problem+json` (RFC 9457) with `code`, `detail`, `remedy` and `request_id`; ' +
      'under `/v2` it has the form of Glance and the code stands in the header `X-Imago-Error-Code`; under `/v3` it has ' +
      'the form of Keystone.',
    ...areas.flatMap((area) => [`## ${area}`, tableOf(codes.filter((code) => areaOf(code) === area))]),
  );
}

function areaOf(code: ErrorCode): string {
  return code.split('.')[0] ?? code;
}

function tableOf(codes: readonly ErrorCode[]): string {
  return table(
    ['Code', 'HTTP', 'Kind', 'What to do'],
    codes.map((code) => [
      `\`${code}\``,
      String(faultOf(refusal(code, '')).status),
      ERRORS[code].kind,
      ERRORS[code].remedy,
    ]),
  );
}
