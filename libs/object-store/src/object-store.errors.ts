/** The store refused or failed, and would again: what is asked of it is wrong. Its subclasses say more. */
export class ObjectStoreError extends Error {
  override readonly name: string = 'ObjectStoreError';
}

/** There is no such object, or no such upload any more. Permanent, until somebody writes it. */
export class ObjectNotFoundError extends ObjectStoreError {
  override readonly name = 'ObjectNotFoundError';
}

/** The object has other bytes than those of the ETag it was pinned to. Permanent. */
export class ObjectChangedError extends ObjectStoreError {
  override readonly name = 'ObjectChangedError';
}

/** There is an object already, and it was not to be written over. Permanent, until somebody deletes it. */
export class ObjectExistsError extends ObjectStoreError {
  override readonly name = 'ObjectExistsError';
}

/** The store does not let this key do this, or there is no such bucket. Permanent, until an operator changes it. */
export class ObjectStoreAccessError extends ObjectStoreError {
  override readonly name = 'ObjectStoreAccessError';
}

/** The store could not be reached, was too busy, or fell silent, several times over. It may work later. */
export class ObjectStoreUnavailableError extends ObjectStoreError {
  override readonly name = 'ObjectStoreUnavailableError';
}

/** The store does not do this at all, whoever asks it: do it another way. Permanent. */
export class ObjectStoreUnsupportedError extends ObjectStoreError {
  override readonly name = 'ObjectStoreUnsupportedError';
}
