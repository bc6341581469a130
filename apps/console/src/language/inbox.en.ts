import type { InboxWords } from './inbox.zh.ts';

export const en: InboxWords = {
  title: 'Share inbox',
  lead: 'Images that other projects share with yours. One that you accept is among your shared images; using it is free.',
  tabs: { pending: 'Pending', accepted: 'Accepted', rejected: 'Rejected', ended: 'Ended' },
  tabsLabel: 'State of the shares',
  columns: { image: 'Image', owner: 'Shared by', updated: 'Changed', actions: 'Actions' },
  unnamed: 'without a name',
  accept: 'Accept',
  reject: 'Reject',
  acceptNamed: (name: string) => `Accept ${name}`,
  rejectNamed: (name: string) => `Reject ${name}`,
  accepted: (name: string) => `The image “${name}” is accepted; it is among your shared images.`,
  rejected: (name: string) => `The image “${name}” is rejected. You can still change your mind.`,
  ended: { unshared: 'Its owner took it back', image_deleted: 'Its owner deleted it' },
  empty: {
    pending: 'Nothing waits for an answer. What others share with your project appears here.',
    accepted: 'No shared image has been accepted.',
    rejected: 'No shared image has been rejected.',
    ended: 'No share has ended.',
  },
  projectId: (id: string) => `The id of your project is ${id}: whoever wants to share with you needs it.`,
};
