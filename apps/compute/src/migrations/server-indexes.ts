/**
 * What a list of servers is narrowed by, for a tenant within its project and for an operator within the region. Each
 * ends in the order of the list, so that a page reads one page of its index and nothing else.
 */
export const SERVER_INDEXES: readonly { readonly name: string; readonly columns: readonly string[] }[] = [
  [],
  ['name'],
  ['status'],
  ['image_id'],
].flatMap((filter) => [
  {
    name: ['servers_project', ...filter, 'idx'].join('_'),
    columns: ['region', 'project_id', ...filter, 'created_at', 'id'],
  },
  { name: ['servers_region', ...filter, 'idx'].join('_'), columns: ['region', ...filter, 'created_at', 'id'] },
]);
