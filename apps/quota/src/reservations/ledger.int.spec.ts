import { randomUUID } from 'node:crypto';
import { trials } from '@imago/testing';
import fc from 'fast-check';
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SomeImage } from '../../test/images.ts';
import { LedgerUnderTest, LIMIT } from '../../test/ledger-under-test.ts';
import type { Account } from '../limits/limits.repository.ts';

/** Images that exist in a run; each has one owner at catalog, though the other project may ask for its id too. */
const IMAGES = 4;

type Holding = { readonly state: 'reserved' | 'confirmed'; readonly holder: number } | { readonly state: 'ended' };

/** What must be true, told as simply as it can be: who holds a place for which image. */
interface Model {
  readonly holdings: Map<number, Holding>;
}

/** The projects and images of one run, which nobody else has ever seen. */
class World {
  readonly accounts: readonly Account[];
  readonly ids: readonly string[];

  constructor(readonly ledger: LedgerUnderTest) {
    this.accounts = [0, 1].map(() => ({ project_id: randomUUID(), region: 'region-1' }));
    this.ids = Array.from({ length: IMAGES }, () => randomUUID());
  }

  image(image: number, account: number): SomeImage {
    const [id, of] = [this.ids[image], this.accounts[account]];
    if (id === undefined || of === undefined) throw new Error('no such image or account');
    return { image_id: id, ...of };
  }

  owned(image: number): SomeImage {
    return this.image(image, ownerOf(image));
  }

  /** The figures and the events tell the same story, and it is the true one. */
  async verify(): Promise<readonly number[]> {
    const events = await this.ledger.events(this.ids);
    const used: number[] = [];
    for (const account of this.accounts) {
      let [taken, revision] = [0, ''];
      for (const event of events.filter(({ projectid }) => projectid === account.project_id)) {
        if (event.type !== 'QuotaRefused') taken += event.type === 'QuotaReserved' ? 1 : -1;
        else expect(taken).toBeGreaterThanOrEqual(LIMIT);
        expect(event.data).toMatchObject({ used: taken, limit: LIMIT });
        expect((event.sequence ?? '') > revision).toBe(true);
        revision = event.sequence ?? '';
      }
      expect(await this.ledger.figures(account)).toEqual({ ...account, limit: LIMIT, used: taken });
      used.push(taken);
    }
    for (const id of this.ids) {
      const held = events.filter(({ subject, type }) => subject === id && type !== 'QuotaRefused');
      held.forEach(({ type }, place) => {
        expect(type).toBe(place % 2 === 0 ? 'QuotaReserved' : 'QuotaReleased');
      });
    }
    return used;
  }
}

function ownerOf(image: number): number {
  return image % 2;
}

type Command = fc.AsyncCommand<Model, World>;

function usedBy(model: Model, account: number): number {
  return [...model.holdings.values()].filter((each) => each.state !== 'ended' && each.holder === account).length;
}

/** A command that can always be given: what it changes, what it does, and that the world is then as the model says. */
function command(
  name: string,
  change: (model: Model) => string | undefined,
  run: (world: World) => Promise<string | undefined>,
): Command {
  return {
    check: () => true,
    run: async (model, world) => {
      const expected = change(model);
      expect(await run(world)).toBe(expected);
      expect(await world.verify()).toEqual(world.accounts.map((_account, index) => usedBy(model, index)));
    },
    toString: () => name,
  };
}

function asked(image: number, account: number): Command {
  return command(
    `asked(${image}, ${account})`,
    (model) => {
      const held = model.holdings.get(image);
      if (held !== undefined) return held.state !== 'ended' && held.holder === account ? 'reserved' : 'image.exists';
      if (usedBy(model, account) >= LIMIT) return 'quota.images_exceeded';
      model.holdings.set(image, { state: 'reserved', holder: account });
      return 'reserved';
    },
    (world) => world.ledger.reserve(world.image(image, account)),
  );
}

function registered(image: number): Command {
  return command(
    `registered(${image})`,
    (model) => {
      if (model.holdings.get(image)?.state !== 'ended') {
        model.holdings.set(image, { state: 'confirmed', holder: ownerOf(image) });
      }
      return undefined;
    },
    async (world) => {
      await world.ledger.registered(world.owned(image));
      return undefined;
    },
  );
}

function gone(image: number): Command {
  return command(
    `gone(${image})`,
    (model) => {
      model.holdings.set(image, { state: 'ended' });
      return undefined;
    },
    async (world) => {
      await world.ledger.gone(world.owned(image));
      return undefined;
    },
  );
}

function timePasses(): Command {
  return command(
    'timePasses',
    (model) => {
      for (const [image, { state }] of model.holdings) if (state === 'reserved') model.holdings.delete(image);
      return undefined;
    },
    async (world) => {
      await world.ledger.timePasses(world.ids);
      await world.ledger.sweep();
      return undefined;
    },
  );
}

const anImage = fc.nat(IMAGES - 1);
const commands = [
  fc.tuple(anImage, fc.nat(1)).map(([image, account]) => asked(image, account)),
  anImage.map(registered),
  anImage.map(gone),
  fc.constant(null).map(timePasses),
];

describe('the ledger', () => {
  let ledger: LedgerUnderTest;

  beforeAll(async () => {
    ledger = await LedgerUnderTest.open();
  });
  afterAll(() => ledger.close());

  it('gives what is due to be free to who asks for it, before any sweeper has looked', async () => {
    const world = new World(ledger);
    const [first, second, third] = [world.image(0, 0), world.image(1, 0), world.image(2, 0)];
    expect([await ledger.reserve(first), await ledger.reserve(second)]).toEqual(['reserved', 'reserved']);
    expect(await ledger.reserve(third)).toBe('quota.images_exceeded');
    await ledger.timePasses([first.image_id]);
    expect(await ledger.reserve(third)).toBe('reserved');
    expect(await world.verify()).toEqual([LIMIT, 0]);
  });

  it('is as a simple model says after every step of any story, and so are the figures it tells', async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 25 }), async (story) => {
        const setup = (): { model: Model; real: World } => ({
          model: { holdings: new Map() },
          real: new World(ledger),
        });
        await fc.asyncModelRun(setup, story);
      }),
      { numRuns: trials(60) },
    );
  });

  it('ends as catalog has it, in whatever order and how often it hears of publishing, giving away and deleting', async () => {
    const change = fc.record({ account: fc.nat(1), is_public: fc.boolean() });
    const story = fc.record({
      changes: fc.array(fc.array(change, { maxLength: 4 }), { minLength: IMAGES, maxLength: IMAGES }),
      deleted: fc.array(fc.boolean(), { minLength: IMAGES, maxLength: IMAGES }),
      order: fc.array(fc.nat(1_000_000), { minLength: 24, maxLength: 24 }),
      again: fc.nat(3),
    });
    await fc.assert(
      fc.asyncProperty(story, async ({ changes, deleted, order, again }) => {
        const world = new World(ledger);
        const facts: (() => Promise<void>)[] = [];
        const live = [0, 0];
        for (let image = 0; image < IMAGES; image++) {
          const states = [{ account: ownerOf(image), is_public: false }, ...(changes[image] ?? [])];
          facts.push(() => ledger.registered(world.owned(image)));
          states.slice(1).forEach(({ account, is_public }, place) => {
            facts.push(() => ledger.updated(world.image(image, account), { version: place + 2, is_public }));
          });
          const { account, is_public } = states.at(-1) ?? { account: 0, is_public: true };
          if (deleted[image] === true) facts.push(() => ledger.gone(world.image(image, account)));
          else if (!is_public) live[account] = (live[account] ?? 0) + 1;
        }
        const told = facts.flatMap((fact, place) => (place % 4 < again ? [fact, fact] : [fact]));
        const late = told
          .map((fact, place) => ({ fact, at: order[place % order.length] ?? 0 }))
          .sort((one, other) => one.at - other.at);
        for (const { fact } of late) await fact();
        expect(await Promise.all(world.accounts.map(async (account) => (await ledger.figures(account)).used))).toEqual(
          live,
        );
      }),
      { numRuns: trials(60) },
    );
  });

  it('gives exactly as many places as there are to all who race for them', async () => {
    const accounts = Array.from({ length: 20 }, () => ({ project_id: randomUUID(), region: 'region-1' }));
    const racing = pLimit(50);
    const asked = Array.from({ length: trials(2_000) }, (_, n) => ({
      image_id: randomUUID(),
      region: 'region-1',
      project_id: accounts[n % 20]?.project_id ?? '',
    }));
    const answers = await Promise.all(asked.map((image) => racing(() => ledger.reserve(image))));
    expect(answers.filter((answer) => answer === 'reserved')).toHaveLength(20 * LIMIT);
    for (const account of accounts) expect(await ledger.figures(account)).toMatchObject({ used: LIMIT });
  });

  it('lets images that were reserved by each other’s owners be registered at the same moment', async () => {
    for (let round = 0; round < trials(50); round++) {
      const world = new World(ledger);
      // 0 and 2 are the first project's, 1 and 3 the second's; each was reserved by the other.
      for (const image of [0, 1, 2, 3]) await ledger.reserve(world.image(image, 1 - ownerOf(image)));
      await Promise.all([0, 1, 2, 3].map((image) => ledger.registered(world.owned(image))));
      expect(await world.verify()).toEqual([2, 2]);
    }
  });

  it('counts every place once and none beyond the limit when everything happens at the same time', async () => {
    const something = fc.record({
      what: fc.constantFrom('asked', 'registered', 'published', 'given', 'gone', 'passes' as const),
      image: anImage,
      account: fc.nat(1),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(something, { minLength: 4, maxLength: 14 }), async (story) => {
        const world = new World(ledger);
        await Promise.all(
          story.map(({ what, image, account }) => {
            if (what === 'asked') return ledger.reserve(world.image(image, account));
            if (what === 'registered') return ledger.registered(world.owned(image));
            if (what === 'published') return ledger.updated(world.owned(image), { version: 3, is_public: true });
            if (what === 'given') return ledger.updated(world.image(image, account), { version: 2, is_public: false });
            if (what === 'gone') return ledger.gone(world.owned(image));
            return ledger.timePasses(world.ids).then(() => ledger.sweep());
          }),
        );
        const used = await world.verify();
        const told = story.some(({ what }) => what === 'registered' || what === 'given');
        if (!told) for (const taken of used) expect(taken).toBeLessThanOrEqual(LIMIT);
        for (let image = 0; image < IMAGES; image++) await ledger.gone(world.owned(image));
        expect(await world.verify()).toEqual([0, 0]);
      }),
      { numRuns: trials(60) },
    );
  });
});
