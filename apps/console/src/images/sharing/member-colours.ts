import type { MemberStatus } from '@imago/contracts';

/** How it is shown what a project said to an image. */
export const MEMBER_COLOURS: Readonly<Record<MemberStatus, string>> = {
  pending: 'processing',
  accepted: 'success',
  rejected: 'warning',
};
