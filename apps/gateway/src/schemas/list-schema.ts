/** A page of things as the OpenStack Image API describes it: the list under its name, and the links of the page. */
export function listSchema(name: string, item: object, links: readonly string[]): object {
  const list = { type: 'array', items: item };
  const paths = ['schema', ...links].map((each) => [each, { type: 'string' }] as const);
  return {
    name,
    properties: { [name]: list, ...Object.fromEntries(paths) },
    links: [...links.map((rel) => ({ rel, href: `{${rel}}` })), { rel: 'describedby', href: '{schema}' }],
  };
}
