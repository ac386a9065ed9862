import { describe, expect, test } from 'vitest'
import {
  decideLevel,
  foreignUnits,
  isInDoubt,
  isProved,
  type LevelToDecide,
  type PoolLevel,
  type Sight,
  unseenUnits,
  wantedUnits,
} from './publish.ts'

const sight = (terms: Partial<Sight> = {}): Sight => ({
  ...{ availableUnits: 10, committedUnits: 0, reservedUnits: 0, openUnits: 0, ownUnits: 0 },
  ...terms,
})
type Terms = Partial<Omit<PoolLevel, 'seen' | 'base'>> & { seen?: Partial<Sight>; base?: Partial<Sight> | null }
const level = ({ seen, base, ...terms }: Terms = {}): PoolLevel => ({
  ...{ productId: 1, groupId: null, draws: [{ stock: 'F1', place: 'F1', freeUnits: 10, unitsEach: 1 }], promisedUnits: 10, queuedUnits: 0 },
  ...{ takenUnits: 0, returnedUnits: 0, isSettled: true, isFresh: true, isMerged: true, sellsNothing: false, shareWeight: null },
  ...terms,
  seen: sight(seen),
  base: base === null ? null : sight(base),
})
const at = (...facilities: string[]) => facilities.map(stock => ({ stock, place: stock, freeUnits: 10, unitsEach: 1 }))

describe('what was sold here and we have not seen', () => {
  const table: [string, Terms, number][] = [
    ['nothing moved', {}, 0],
    ['two fewer than at the base, and no order that we know', { seen: { availableUnits: 8, committedUnits: 2 } }, 2],
    ['two fewer, and an order of two that we know', { seen: { availableUnits: 8, committedUnits: 2, openUnits: 2 }, takenUnits: 2 }, 0],
    ['known before it was looked at: it hides nothing', { seen: { openUnits: 2 }, takenUnits: 2 }, 0],
    ['two fewer by our own write', { seen: { availableUnits: 8, ownUnits: -2 } }, 0],
    ['two more by our own write, and three sold', { seen: { availableUnits: 9, ownUnits: 2 } }, 3],
    ['shipped: available stays', { seen: { availableUnits: 8 }, base: { availableUnits: 8, committedUnits: 2, openUnits: 2 } }, 0],
    ['a draft order moves them aside, which is no sale', { seen: { availableUnits: 7, reservedUnits: 3 } }, 0],
    ['a draft order became an order', { seen: { availableUnits: 7, committedUnits: 3 }, base: { availableUnits: 7, reservedUnits: 3 } }, 3],
    ['cancelled, and we know it', { seen: { availableUnits: 12 }, returnedUnits: 2 }, 0],
    ['perhaps cancelled after the base: in doubt it was not, and less is sold for a while', { returnedUnits: 2 }, 2],
    ['sold while the same number came back', { seen: { committedUnits: 2 }, returnedUnits: 2 }, 2],
    ['a person typed three more: nobody’s sale', { seen: { availableUnits: 13 } }, 0],
    ['a person typed three fewer: taken for sales until the orders are known', { seen: { availableUnits: 7 } }, 3],
    ['sold while somebody typed more: what is committed tells', { seen: { availableUnits: 12, committedUnits: 4, openUnits: 1 } }, 3],
    [
      'an order that is too old to be shown to us was there at the base and still is',
      { seen: { committedUnits: 5 }, base: { committedUnits: 5 } },
      5,
    ],
    ['it was shipped', { seen: { committedUnits: 2 }, base: { committedUnits: 5 } }, 2],
    ['it was not known at the base and is known now', { seen: { committedUnits: 5, openUnits: 5 }, base: { committedUnits: 5 } }, 0],
    ['and two were sold besides', { seen: { availableUnits: 8, committedUnits: 7 }, base: { committedUnits: 5 } }, 7],
    ['first contact: all that is committed and no order of ours', { base: null, seen: { committedUnits: 5, openUnits: 2 } }, 3],
    ['first contact: fewer committed than we know', { base: null, seen: { committedUnits: 1, openUnits: 2 } }, 0],
    ['the merge is switched off', { isMerged: false, base: null, seen: { committedUnits: 5 } }, 0],
  ]
  test.each(table)('%s', (_, terms, expected) => expect(unseenUnits(level(terms))).toBe(expected))
})

test.each([
  ['a sale that we have not seen may be cleared up by a later look', { seen: { availableUnits: 8, committedUnits: 2 } }, true],
  ['an order that is too old to be shown never is', { seen: { committedUnits: 2 }, base: { committedUnits: 2 } }, false],
  ['nothing is unseen', {}, false],
  ['nothing is proved', { base: null, seen: { committedUnits: 2 } }, false],
] as const)('%s', (_, terms, expected) => expect(isInDoubt(level(terms))).toBe(expected))

describe('what a level should show', () => {
  const table: [string, PoolLevel, PoolLevel[], number][] = [
    ['what is promised', level(), [], 10],
    ['less what was sold unseen', level({ seen: { availableUnits: 7 } }), [], 7],
    ['less what a draft order holds', level({ seen: { availableUnits: 8, reservedUnits: 2 } }), [], 8],
    ['below nothing where more is sold than there is', level({ promisedUnits: 1, seen: { availableUnits: 5 } }), [], -4],
    ['less what was sold unseen, whatever it draws on', level({ draws: [], seen: { availableUnits: 7 } }), [], 7],
    ['another shop on the same stock sold two', level(), [level({ seen: { availableUnits: 8 } })], 8],
    ['a level on other stock is nobody’s business', level(), [level({ draws: at('F2'), seen: { availableUnits: 8 } })], 10],
    [
      'an aggregate location beside it sold two, which may come from here',
      level(),
      [level({ draws: at('F1', 'F2'), promisedUnits: 20, seen: { availableUnits: 8 } })],
      8,
    ],
    [
      'an aggregate loses what is sold at each of its facilities',
      level({ draws: at('F1', 'F2'), promisedUnits: 20, seen: { availableUnits: 20 }, base: { availableUnits: 20 } }),
      [level({ seen: { availableUnits: 9 } }), level({ draws: at('F2'), seen: { availableUnits: 7 } })],
      16,
    ],
    [
      'the other facility has enough for what waits at the aggregate',
      level(),
      [level({ draws: at('F1', 'F2'), groupId: 9, queuedUnits: 10 })],
      10,
    ],
    [
      'what waits there and the other facility lacks is missing here',
      level(),
      [level({ draws: at('F1', 'F2'), groupId: 9, queuedUnits: 13 })],
      7,
    ],
    [
      'the same channel at two shops: what waits there is missing once',
      level(),
      [8, 9].map(() => level({ draws: at('F1', 'F2'), groupId: 9, queuedUnits: 13 })),
      7,
    ],
    [
      'two channels that have enough each, and lack together',
      level(),
      [level({ draws: at('F1', 'F2'), groupId: 8, queuedUnits: 9 }), level({ draws: at('F1', 'F2'), groupId: 9, queuedUnits: 9 })],
      2,
    ],
    [
      'what another channel lacks is missing where the two share a facility',
      level({ draws: at('F1', 'F2'), groupId: 8, promisedUnits: 20, seen: { availableUnits: 20 }, base: { availableUnits: 20 } }),
      [level({ draws: at('F2', 'F3'), groupId: 9, queuedUnits: 14 })],
      16,
    ],
    [
      'a kit of two sold two: four of its component are gone',
      level(),
      [level({ productId: 2, draws: [{ stock: 'F1', place: 'F1', freeUnits: 10, unitsEach: 2 }], seen: { availableUnits: 8 } })],
      6,
    ],
    [
      'three of a component sold: two kits of two fewer',
      level({
        draws: [{ stock: 'F1', place: 'F1', freeUnits: 10, unitsEach: 2 }],
        promisedUnits: 5,
        seen: { availableUnits: 5 },
        base: { availableUnits: 5 },
      }),
      [level({ productId: 2, seen: { availableUnits: 7 } })],
      3,
    ],
    [
      'half of the pool, where it is split',
      level({ shareWeight: 1, seen: { availableUnits: 5 }, base: { availableUnits: 5 } }),
      [half(5)],
      5,
    ],
    [
      'a part grows only into what the others show no more',
      level({ shareWeight: 1, seen: { availableUnits: 2 }, base: { availableUnits: 2 } }),
      [half(7)],
      3,
    ],
    ['a part above its share shrinks', level({ shareWeight: 1, seen: { availableUnits: 8 }, base: { availableUnits: 8 } }), [half(2)], 5],
    ['two thirds', level({ shareWeight: 2, seen: { availableUnits: 2 }, base: { availableUnits: 2 } }), [half(3)], 7],
    [
      'split, beside an aggregate: the other facility’s level counts for what all have in common',
      level({ shareWeight: 1, seen: { availableUnits: 0 }, base: { availableUnits: 0 } }),
      [
        level({
          draws: at('F1', 'F2'),
          groupId: 9,
          queuedUnits: 12,
          promisedUnits: 8,
          shareWeight: 1,
          seen: { availableUnits: 3 },
          base: { availableUnits: 3 },
        }),
        level({ draws: at('F2'), shareWeight: 1, seen: { availableUnits: 4 }, base: { availableUnits: 4 } }),
      ],
      1,
    ],
    ['nothing to split', level({ shareWeight: 1, promisedUnits: -2 }), [half(0)], -2],
    ['a person has it sell nothing', level({ sellsNothing: true }), [], 0],
    ['the same, where three were sold unseen', level({ sellsNothing: true, seen: { availableUnits: 7, committedUnits: 3 } }), [], 0],
    ['the same, where there is less than nothing', level({ sellsNothing: true, promisedUnits: -2 }), [], -2],
    ['of a part of a pool too', level({ sellsNothing: true, shareWeight: 1, seen: { availableUnits: 5 } }), [half(5)], 0],
    ['what another level sells none of is sold here', level(), [level({ sellsNothing: true })], 10],
  ]
  test.each(table)('%s', (_, one, pool, expected) => expect(wantedUnits(one, pool)).toBe(expected))

  function half(availableUnits: number) {
    return level({ shareWeight: 1, seen: { availableUnits }, base: { availableUnits } })
  }
})

describe('whether to write it now', () => {
  type Row = [title: string, given: Partial<LevelToDecide>, expected: string]
  const more = level({ promisedUnits: 12 })
  const less = level({ promisedUnits: 4 })
  const table: Row[] = [
    ['the shop shows it already', { level: level() }, 'agrees'],
    ['less', { level: less }, 'set 10 → 4'],
    ['more', { level: more }, 'set 10 → 12'],
    ['less, and others wrote it just now', { level: less, isHot: true }, 'adjust 10 → 4'],
    ['more, and others wrote it just now', { level: more, isHot: true }, 'adjust 10 → 12'],
    ['less before anything is proved', { level: level({ promisedUnits: 4, base: null }) }, 'set 10 → 4'],
    ['more before anything is proved', { level: level({ promisedUnits: 12, base: null }) }, 'CHANNEL_WAITS_FOR_ORDERS'],
    ['more, the merge switched off', { level: level({ promisedUnits: 12, base: null, isMerged: false }) }, 'set 10 → 12'],
    ['less while the promise is behind', { level: less, isPromiseBehind: true }, 'set 10 → 4'],
    ['more while the promise is behind', { level: more, isPromiseBehind: true }, 'CHANNEL_WAITS_FOR_PROMISE'],
    ['more while nothing is proved elsewhere in the pool', { level: more, pool: [level({ base: null })] }, 'CHANNEL_WAITS_FOR_ORDERS'],
    ['more while another level was not looked at', { level: more, pool: [level({ isFresh: false })] }, 'CHANNEL_WAITS_FOR_POOL'],
    ['more while another level has an unanswered write', { level: more, pool: [level({ isSettled: false })] }, 'CHANNEL_WAITS_FOR_POOL'],
    ['less while another level has an unanswered write', { level: less, pool: [level({ isSettled: false })] }, 'set 10 → 4'],
    [
      'more beside a shop whose merge is off',
      { level: more, pool: [level({ base: null, isFresh: false, isMerged: false })] },
      'set 10 → 12',
    ],
    [
      'what the shop oversold is not raised to nothing',
      { level: level({ promisedUnits: -2, seen: { availableUnits: -2 }, base: { availableUnits: -2 } }) },
      'agrees',
    ],
    ['sold unseen: not given back', { level: level({ seen: { availableUnits: 6, committedUnits: 4 } }) }, 'agrees'],
    [
      'four sold unseen and one damaged',
      { level: level({ promisedUnits: 9, seen: { availableUnits: 6, committedUnits: 4 } }) },
      'set 6 → 5',
    ],
  ]
  test.each(table)('%s', (_, given, expected) => {
    const decided = decideLevel({ level: level(), pool: [], isPromiseBehind: false, isHot: false, ...given })
    const said =
      decided.kind === 'wait' ? decided.code : decided.kind === 'write' ? `${decided.by} ${decided.fromUnits} → ${decided.units}` : 'agrees'
    expect(said).toBe(expected)
  })
})

describe('an observation is proved', () => {
  test.each([
    ['when every order up to its end is known', 100, 101, true],
    ['not at the same instant', 100, 100, false],
    ['not before', 100, 99, false],
    ['not while no order was ever asked for', 100, null, false],
  ] as const)('%s', (_, until, known, expected) => expect(isProved(until, known)).toBe(expected))
})

describe('what somebody else did between two proved looks', () => {
  const none = { sureUnits: 0, perhapsTakenUnits: 0, perhapsReturnedUnits: 0 }
  test.each([
    ['nothing', sight(), sight(), none, 0],
    ['orders explain it', sight(), sight({ availableUnits: 7 }), { ...none, sureUnits: -3 }, 0],
    ['our writes explain it', sight(), sight({ availableUnits: 14, ownUnits: 4 }), none, 0],
    ['a person typed three more', sight(), sight({ availableUnits: 13 }), none, 3],
    ['a person typed three fewer while two were sold', sight(), sight({ availableUnits: 5 }), { ...none, sureUnits: -2 }, -3],
    [
      'what an order may have taken before or after is no finding',
      sight(),
      sight({ availableUnits: 8 }),
      { ...none, perhapsTakenUnits: 2 },
      0,
    ],
    ['nor what may have come back', sight(), sight({ availableUnits: 12 }), { ...none, perhapsReturnedUnits: 2 }, 0],
    ['beyond that it is', sight(), sight({ availableUnits: 13 }), { ...none, perhapsReturnedUnits: 2 }, 1],
  ] as const)('%s', (_, before, after, between, expected) => expect(foreignUnits(before, after, between)).toBe(expected))
})
