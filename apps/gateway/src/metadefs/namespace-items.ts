import {
  AddMetadefItems,
  DeleteMetadefItems,
  type MetadefItem,
  type MetadefItemRecord,
  type MetadefKind,
  refusal,
  ShowMetadefNamespace,
  UpdateMetadefItem,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { of } from './metadef-documents.ts';

/** Where something is looked for or changed, and by whom. */
export interface Within {
  readonly region: string;
  readonly namespace: string;
  readonly context: RequestContext;
}

/** What is in namespaces, one kind at a time. */
@Injectable()
export class NamespaceItems {
  constructor(private readonly requests: RequestClient) {}

  /** @throws Refusal metadef.not_found */
  async all({ context, ...where }: Within): Promise<readonly MetadefItemRecord[]> {
    return (await this.requests.send(ShowMetadefNamespace, where, { context })).items;
  }

  /** @throws Refusal metadef.not_found */
  async list(within: Within, kind: MetadefKind): Promise<readonly MetadefItemRecord[]> {
    return of(await this.all(within), kind);
  }

  /** @throws Refusal metadef.not_found, of the namespace and of the thing */
  async show(within: Within, kind: MetadefKind, name: string): Promise<MetadefItemRecord> {
    const found = (await this.list(within, kind)).find((item) => item.name === name);
    if (found === undefined) throw refusal('metadef.not_found', `There is no ${kind.replaceAll('_', ' ')} '${name}'.`);
    return found;
  }

  /** @throws Refusal as the contract of `catalog.addMetadefItems` names them. */
  async add({ context, ...where }: Within, item: MetadefItem): Promise<MetadefItemRecord> {
    const wanted = { ...where, kind: item.kind, items: [item], replaces: false };
    const { items } = await this.requests.send(AddMetadefItems, wanted, { context });
    return one(items);
  }

  /** @throws Refusal as the contract of `catalog.addMetadefItems` names them. */
  async addTags({ context, ...where }: Within, items: MetadefItem[], replaces: boolean): Promise<MetadefItemRecord[]> {
    return (await this.requests.send(AddMetadefItems, { ...where, kind: 'tag', items, replaces }, { context })).items;
  }

  /** @throws Refusal as the contract of `catalog.updateMetadefItem` names them. */
  async update({ context, ...where }: Within, name: string, item: MetadefItem): Promise<MetadefItemRecord> {
    return (await this.requests.send(UpdateMetadefItem, { ...where, name, item }, { context })).item;
  }

  /**
   * One of a kind, or all of it.
   * @throws Refusal as the contract of `catalog.deleteMetadefItems` names them.
   */
  async delete({ context, ...where }: Within, kind: MetadefKind, name: string | null): Promise<void> {
    await this.requests.send(DeleteMetadefItems, { ...where, kind, name }, { context });
  }
}

function one(items: readonly MetadefItemRecord[]): MetadefItemRecord {
  const [item] = items;
  if (item === undefined) throw new Error('what was added was not answered');
  return item;
}
