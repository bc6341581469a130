/** What a project said to what is shared with it, and what is shared no more. */
export const INBOX_TABS = ['pending', 'accepted', 'rejected', 'ended'] as const;
export type InboxTab = (typeof INBOX_TABS)[number];
