import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLACE_LIFE, placeStep, type PlaceState, type PlaceTrigger } from './place-life.ts';

const TRIGGERS = ['asked', 'registered', 'given_up', 'gone'] as const satisfies PlaceTrigger[];
const HELD: readonly PlaceState[] = ['reserved', 'confirmed'];

function live(inputs: readonly PlaceTrigger[]): { readonly state: PlaceState; readonly taken: number } {
  return inputs.reduce<{ state: PlaceState; taken: number }>(
    ({ state, taken }, input) => {
      const step = placeStep(state, input);
      if (step === null) return { state, taken };
      const change = step.event === null ? 0 : step.event === 'QuotaReserved' ? 1 : -1;
      return { state: step.to, taken: taken + change };
    },
    { state: 'none', taken: 0 },
  );
}

describe('the life of a place', () => {
  it.each([
    ['a registration that is told of in time', ['asked', 'registered'], 'confirmed'],
    ['a registration nobody hears of', ['asked', 'given_up'], 'none'],
    ['a registration told of too late', ['asked', 'given_up', 'registered'], 'confirmed'],
    ['a registration that was never asked for', ['registered'], 'confirmed'],
    ['a confirmed place whose time runs out', ['asked', 'registered', 'given_up'], 'confirmed'],
    ['an image that is deleted', ['asked', 'registered', 'gone'], 'ended'],
    ['an image that fails and is deleted', ['asked', 'registered', 'gone', 'gone'], 'ended'],
    ['an end told of before the beginning', ['asked', 'gone', 'registered'], 'ended'],
    ['an end told of before anything else', ['gone', 'registered', 'asked'], 'ended'],
    ['a place asked for twice', ['asked', 'asked'], 'reserved'],
  ] as const)('%s ends as it must', (_story, inputs, end) => {
    expect(live(inputs).state).toBe(end);
  });

  it('tells of a place exactly when one is taken or free again', () => {
    for (const [from, steps] of Object.entries(PLACE_LIFE) as [PlaceState, (typeof PLACE_LIFE)[PlaceState]][]) {
      for (const step of Object.values(steps)) {
        const change = Number(HELD.includes(step.to)) - Number(HELD.includes(from));
        expect({ from, ...step }).toEqual({
          from,
          to: step.to,
          event: change === 0 ? null : change > 0 ? 'QuotaReserved' : 'QuotaReleased',
        });
      }
    }
  });

  it('never takes two places and never frees one twice, whatever the order and number of its inputs', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...TRIGGERS), { maxLength: 30 }), (inputs) => {
        const { state, taken } = live(inputs);
        expect(taken).toBe(HELD.includes(state) ? 1 : 0);
      }),
    );
  });

  it('holds no place once the image is gone, whatever is heard before and after', () => {
    const some = fc.array(fc.constantFrom(...TRIGGERS), { maxLength: 10 });
    fc.assert(
      fc.property(some, some, (before, after) => {
        expect(live([...before, 'gone', ...after])).toEqual({ state: 'ended', taken: 0 });
      }),
    );
  });
});
