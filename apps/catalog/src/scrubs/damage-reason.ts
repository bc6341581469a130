import { type ObjectProblem, type RefusalDocument, refusal } from '@imago/contracts';

/** What is wrong with an object, and whether an image has it from the one it is made upon. */
export interface DamageOfImage {
  readonly problem: ObjectProblem;
  readonly inherited: boolean;
}

const WORDS: Readonly<Record<ObjectProblem, string>> = {
  object_missing: 'are not in the store any more',
  object_altered: 'are others than were stored',
  index_damaged: 'cannot be checked any more: the list of their hashes is damaged',
};

/** Why an image is closed, as its owner reads it. */
export function damageReason(imageId: string, { problem, inherited }: DamageOfImage): RefusalDocument {
  const bytes = inherited
    ? `Bytes that image ${imageId} has from the one it is made upon`
    : `The bytes of image ${imageId}`;
  return refusal('image.damaged', `${bytes} ${WORDS[problem]}.`, { problem, inherited }).toDocument();
}
