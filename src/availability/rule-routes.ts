import type { z } from 'zod'
import { recordAudit } from '../db/audit.ts'
import type { Db, Sql, Tx } from '../db/connection.ts'
import type { Answer } from '../http/contract/instant.ts'
import { offsetOf, pageFrom } from '../http/contract/page.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import {
  newRuleGroup,
  overlapList,
  preview,
  previewOf,
  rule,
  type ruleGroup,
  ruleGroupList,
  ruleParams,
  rulesPage,
  rulesQuery,
  ruleText,
  ruleWords,
} from '../http/contract/rule.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { type Rule, refusalOf } from './rule.ts'
import * as store from './rule-store.ts'
import { overlapsOf } from './supply-store.ts'

export type RuleRouteDeps = { db: Db; clock: Clock; switched(): void }

/** Rules: listed, written as drafts, tried before they count, activated and archived, each with who did it. */
export function ruleRoutes({ db, clock, switched }: RuleRouteDeps): Route[] {
  const described = { tag: 'availability', role: 'operator' } as const
  const followed = async <T>(work: Promise<T>): Promise<T> => {
    const done = await work
    switched()
    return done
  }
  return [
    jsonRoute({
      method: 'GET',
      path: '/rules',
      summary: 'Rules in the order in which they count: of those that match, the last',
      tag: 'availability',
      role: 'viewer',
      query: rulesQuery,
      answer: rulesPage,
      async handle({ query }) {
        const wanted = (await store.rulesOf(db, { isArchivedToo: query.status === 'archived' })).filter(one => isWanted(one, query))
        return pageFrom(query, wanted.slice(offsetOf(query), offsetOf(query) + query.pageSize), async () => wanted.length)
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/rules/groups',
      summary: 'Groups of rules, with what the rules of each set',
      tag: 'availability',
      role: 'viewer',
      answer: ruleGroupList,
      wholeLists: ['rows'],
      handle: async () => ({ rows: await groupsOf(db) }),
    }),
    jsonRoute({
      method: 'GET',
      path: '/rules/overlaps',
      summary: 'Facilities whose stock is offered at more than one aggregate location of a shop',
      tag: 'availability',
      role: 'viewer',
      answer: overlapList,
      wholeLists: ['rows'],
      handle: async () => ({ rows: await overlapsOf(db) }),
    }),
    jsonRoute({
      method: 'GET',
      path: '/rules/words',
      summary: 'The words that rules may use: what products are described by, and the codes of places',
      tag: 'availability',
      role: 'viewer',
      answer: ruleWords,
      handle: () => wordsOf(db),
    }),
    jsonRoute({
      ...described,
      method: 'POST',
      path: '/rules/groups',
      summary: 'Makes a group of rules that set one thing',
      body: newRuleGroup,
      answer: ruleGroupList,
      status: 201,
      async handle({ body, who }) {
        const now = clock.now()
        await db.transaction(async tx => {
          if ((await store.addRuleGroup(tx, body, now)) === null) throw nameTaken(body.name)
          await recordAudit(tx, {
            at: now,
            who: who.name,
            action: 'rule_group.add',
            subject: 'rule group',
            name: body.name,
            before: null,
            after: body,
          })
        })
        return { rows: await groupsOf(db) }
      },
    }),
    jsonRoute({
      ...described,
      method: 'POST',
      path: '/rules',
      summary: 'Writes a rule as a draft: it does nothing until it is activated',
      body: ruleText,
      answer: rule,
      status: 201,
      async handle({ body, who }) {
        const now = clock.now()
        return db.transaction(async tx => {
          const ruleId = await added(tx, body, now)
          await recordAudit(tx, { at: now, who: who.name, action: 'rule.add', subject: 'rule', name: body.name, before: null, after: body })
          return known(tx, ruleId)
        })
      },
    }),
    jsonRoute({
      ...described,
      method: 'PUT',
      path: '/rules/:id',
      summary: 'Says a rule anew; where it is in effect the promises follow',
      params: ruleParams,
      body: ruleText,
      answer: rule,
      async handle({ params, body, who }) {
        const now = clock.now()
        return followed(
          db.transaction(async tx => {
            const before = await known(tx, params.id)
            await changed(tx, before, body, now)
            const after = await known(tx, params.id)
            await recordAudit(tx, { at: now, who: who.name, action: 'rule.change', subject: 'rule', name: after.name, before, after })
            return after
          }),
        )
      },
    }),
    ...(['active', 'archived'] as const).map(status =>
      jsonRoute({
        ...described,
        method: 'POST',
        path: status === 'active' ? '/rules/:id/activate' : '/rules/:id/archive',
        summary: status === 'active' ? 'Lets a rule count' : 'Takes a rule out: what was said before holds again',
        params: ruleParams,
        answer: rule,
        async handle({ params, who }) {
          const now = clock.now()
          return followed(
            db.transaction(async tx => {
              const before = await known(tx, params.id)
              await store.setStatus(tx, params.id, status, now)
              const action = status === 'active' ? 'rule.activate' : 'rule.archive'
              const deed = { action, subject: 'rule', name: before.name, before: { status: before.status }, after: { status } }
              await recordAudit(tx, { at: now, who: who.name, ...deed })
              return known(tx, params.id)
            }),
          )
        },
      }),
    ),
    jsonRoute({
      ...described,
      method: 'POST',
      path: '/rules/preview',
      summary: 'How many levels a change of rules would change, by how many units, without making it',
      body: previewOf,
      answer: preview,
      async handle({ body }) {
        const now = clock.now()
        return db.transaction(tx =>
          store.previewRules(tx, now, async () => {
            const ruleId = body.ruleId ?? (await added(tx, body.rule as store.RuleText, now))
            const before = await known(tx, ruleId)
            if (body.ruleId !== null && body.rule !== null) await changed(tx, before, body.rule, now)
            await store.setStatus(tx, ruleId, body.status, now)
          }),
        )
      },
    }),
  ]
}

async function known(sql: Sql, ruleId: number): Promise<Answer<typeof rule>> {
  const found = await store.ruleById(sql, ruleId)
  if (found !== null) return found as Answer<typeof rule>
  throw new TrueupError('AVAILABILITY_RULE_NOT_FOUND', `There is no rule with the number ${ruleId}.`, {
    retry: 'never',
    hint: 'Look for it in the list of rules, the archived ones included.',
    detail: { ruleId },
  })
}

async function added(tx: Tx, text: store.RuleText, now: number): Promise<number> {
  const group = (await store.ruleGroups(tx)).find(one => one.ruleGroupId === text.ruleGroupId)
  if (group === undefined) {
    throw new TrueupError('AVAILABILITY_RULE_GROUP_NOT_FOUND', `There is no group of rules with the number ${text.ruleGroupId}.`, {
      retry: 'never',
      hint: 'Make the group first, or name one of those that there are.',
    })
  }
  refuse({ ...text, kind: group.kind })
  const ruleId = await store.addRule(tx, text, now)
  if (ruleId === null) throw nameTaken(text.name)
  return ruleId
}

/** A rule stays in its group: what it sets does not change. */
async function changed(tx: Tx, before: Pick<Answer<typeof rule>, 'ruleId' | 'kind' | 'ruleGroupId'>, text: store.RuleText, now: number) {
  refuse({ ...text, kind: before.kind })
  const others = await store.rulesOf(tx, { isArchivedToo: true })
  const isTaken = others.some(one => one.ruleGroupId === before.ruleGroupId && one.name === text.name && one.ruleId !== before.ruleId)
  if (isTaken) throw nameTaken(text.name)
  await store.changeRule(tx, before.ruleId, text, now)
}

function refuse(of: Parameters<typeof refusalOf>[0]): void {
  const why = refusalOf(of)
  if (why === null) return
  throw new TrueupError('AVAILABILITY_RULE_REFUSED', why, { retry: 'never', hint: 'Change what the rule says, and send it again.' })
}

function nameTaken(name: string): TrueupError {
  return new TrueupError('AVAILABILITY_RULE_NAME_TAKEN', `There is one called ${name} already.`, {
    retry: 'never',
    hint: 'Choose another name, or change the one that there is; archived ones count.',
    detail: { name },
  })
}

function isWanted(one: store.KeptRule, query: z.output<typeof rulesQuery>): boolean {
  const said = `${one.name} ${one.group}`.toLowerCase()
  return (
    (query.status === undefined || one.status === query.status) &&
    (query.kind === undefined || one.kind === (query.kind as Rule['kind'])) &&
    (query.search === undefined || said.includes(query.search.toLowerCase()))
  )
}

async function groupsOf(sql: Sql): Promise<Answer<typeof ruleGroup>[]> {
  return sql.query(
    `select g.rule_group_id as "ruleGroupId", g.name, g.kind, g.sequence,
            (select count(*) from availability.rule r where r.rule_group_id = g.rule_group_id and r.status <> 'archived') as rules
       from availability.rule_group g order by g.sequence, g.rule_group_id`,
  )
}

const WORDS_SHOWN_MAX = 500

async function wordsOf(sql: Sql): Promise<Answer<typeof ruleWords>> {
  const one = (from: string, word: string) =>
    `(select coalesce(array_agg(word order by word), '{}') from (select distinct ${word} as word from ${from} order by 1 limit ${WORDS_SHOWN_MAX}) w where word is not null)`
  const rows = await sql.query<Answer<typeof ruleWords>>(
    `select ${one('catalog.product_trait', 'type')} as types, ${one('catalog.product_trait', 'vendor')} as vendors,
            ${one('catalog.product_trait, unnest(tags) tag', 'tag')} as tags, ${one('catalog.product_trait, unnest(features) feature', 'feature')} as features,
            ${one(`catalog.facility where type not in ('VIRTUAL_FACILITY', 'CONFIGURATION')`, 'code')} as facilities,
            ${one('catalog.facility_group', 'code')} as groups`,
  )
  return rows[0] ?? { types: [], vendors: [], tags: [], features: [], facilities: [], groups: [] }
}
