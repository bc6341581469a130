import { type ErrorCode, refusal } from '@imago/contracts';
import type { IdentityProvider } from '@imago/identity';
import { type Exchange, type Fault, type FaultRenderer, renderProblem } from '@imago/service';
import type { Response } from 'express';
import type { PublicUrl } from './public-url.ts';

/**
 * Refusals in the form the clients of each API read: Keystone's JSON under `/v3`, Glance's text under `/v2` and for
 * version documents, problem details for everything of our own.
 */
export function gatewayFaults(publicUrl: PublicUrl, identity: IdentityProvider): FaultRenderer {
  return (fault, response, exchange) => {
    const { req: request } = response;
    const said = withoutTraces(fault);
    if (fault.status === 401) response.setHeader('WWW-Authenticate', identity.challenge(publicUrl.of(request)));
    formOf(request.path)(said, response, exchange);
  };
}

/** What is not there and what is somebody else's must read the same, whichever service said it and in what words. */
const NOT_THERE: Readonly<Partial<Record<ErrorCode, string>>> = {
  'image.not_found': 'There is no such image.',
  'job.not_found': 'There is no such job.',
  'server.not_found': 'There is no such server.',
};

function withoutTraces(fault: Fault): Fault {
  const { code } = fault.refusal;
  const text = NOT_THERE[code];
  return text === undefined ? fault : { ...fault, refusal: refusal(code, text) };
}

function formOf(path: string): FaultRenderer {
  if (/^(\/identity)?\/v3(\/|$)/.test(path)) return renderKeystone;
  if (/^\/($|versions$|v2(\/|$))/.test(path)) return renderGlance;
  return renderProblem;
}

function renderKeystone({ status, title, refusal: said }: Fault, response: Response): void {
  response.setHeader('X-Imago-Error-Code', said.code);
  response.status(status).json({ error: { code: status, title, message: said.message } });
}

/** As Glance: HTML for who takes anything, JSON for who asks for it alone, else text. Clients only read the text. */
function renderGlance({ status, title, refusal: said }: Fault, response: Response, exchange: Exchange): void {
  const accepts = response.req.get('accept') ?? '';
  const explanation = [said.message, ...faultsIn(said.details), said.remedy].join(' ');
  response.setHeader('X-Imago-Error-Code', said.code);
  response.status(status);
  if (said.code.startsWith('quota.')) {
    response.type('text/plain').send(`${status} ${title}: ${explanation}\n`); // as Glance tells of quotas
  } else if (accepts.includes('html') || accepts.includes('*/*')) {
    response.type('text/html').send(page(`${status} ${title}`, explanation));
  } else if (accepts.includes('application/json')) {
    const { request_id } = exchange;
    response.json({ code: `${status} ${title}`, title, message: explanation, request_id });
  } else {
    response.type('text/plain').send(`${status} ${title}: ${explanation}\n`);
  }
}

/** The fields at fault, for callers whose form has no place for a list. */
function faultsIn(details: Readonly<Record<string, unknown>>): string[] {
  const errors: unknown = details['errors'];
  if (!Array.isArray(errors)) return [];
  return errors.map((each: { path: string; message: string }) => `${each.path}: ${each.message}.`);
}

function page(title: string, text: string): string {
  const head = `<head>\n  <title>${title}</title>\n </head>`;
  return `<html>\n ${head}\n <body>\n  <h1>${title}</h1>\n  ${escapeHtml(text)}<br /><br />\n\n </body>\n</html>\n`;
}

function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => names[character] ?? '');
}
