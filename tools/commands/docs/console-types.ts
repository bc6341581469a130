import openapiTypescript, { astToString } from 'openapi-typescript';

const HEAD = '/* eslint-disable -- made of docs/openapi.json by npm run docs */\n';

/** The gateway's description of itself as types, by which the console asks it. */
export async function consoleTypes(openApi: string): Promise<string> {
  return HEAD + astToString(await openapiTypescript(openApi, { defaultNonNullable: false }));
}
