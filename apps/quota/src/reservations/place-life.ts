/**
 * How an image stands to its place in the quota. `none`: it holds no place, and may get one. `reserved`: it holds one
 * until its registration is heard of, or for so long. `confirmed`: catalog has it, and it holds its place. `ended`: it
 * will never hold one again, whatever is still heard of it. `exempt`: everybody has it, and it needs none.
 */
export type PlaceState = 'none' | 'reserved' | 'confirmed' | 'exempt' | 'ended';

/**
 * What quota hears of an image. `asked`: somebody wants a place for it. `registered`: catalog has it. `given_up`: nobody
 * will register it any more. `published`: it is everybody's. `owned`: it is its owner's alone, or shared. `gone`: it is
 * killed or deleted.
 */
export type PlaceTrigger = 'asked' | 'registered' | 'given_up' | 'published' | 'owned' | 'gone';

/** The event that tells of it; each place that is taken or free again has exactly one. */
export type PlaceEvent = 'QuotaReserved' | 'QuotaReleased';

export interface PlaceStep {
  readonly to: PlaceState;
  /** Null when as many places are taken as before. */
  readonly event: PlaceEvent | null;
}

/**
 * The whole life of a place. What a state does not name, it ignores. Retries deliver events late, repeatedly and in any
 * order; two steps look odd and are there for that: an image that is registered without a place gets one, because
 * catalog is right about what there is, and one that is gone before it was registered is remembered as gone.
 */
export const PLACE_LIFE: Readonly<Record<PlaceState, Readonly<Partial<Record<PlaceTrigger, PlaceStep>>>>> = {
  none: {
    asked: { to: 'reserved', event: 'QuotaReserved' },
    registered: { to: 'confirmed', event: 'QuotaReserved' },
    published: { to: 'exempt', event: null },
    owned: { to: 'confirmed', event: 'QuotaReserved' },
    gone: { to: 'ended', event: null },
  },
  reserved: {
    registered: { to: 'confirmed', event: null },
    published: { to: 'exempt', event: 'QuotaReleased' },
    owned: { to: 'confirmed', event: null },
    given_up: { to: 'none', event: 'QuotaReleased' },
    gone: { to: 'ended', event: 'QuotaReleased' },
  },
  confirmed: {
    published: { to: 'exempt', event: 'QuotaReleased' },
    gone: { to: 'ended', event: 'QuotaReleased' },
  },
  exempt: {
    owned: { to: 'confirmed', event: 'QuotaReserved' },
    gone: { to: 'ended', event: null },
  },
  ended: {},
};

/** What a trigger does in a state; null when the state ignores it. */
export function placeStep(state: PlaceState, trigger: PlaceTrigger): PlaceStep | null {
  return PLACE_LIFE[state][trigger] ?? null;
}
