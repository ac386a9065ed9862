import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { diffPage, diffSummary } from '../../../src/http/contract/diff.ts'
import type { explained } from '../../../src/http/contract/explain.ts'
import type { Wire } from '../../../src/http/contract/instant.ts'
import type { overlapList, preview, previewOf, ruleGroupList, rulesPage, ruleText, ruleWords } from '../../../src/http/contract/rule.ts'
import { change, getJson, type Query } from './client.ts'
import { usePage } from './queries.ts'

export type ExplainedLevel = Wire<typeof explained>['levels'][number]
export type ChainLink = ExplainedLevel['links'][number]
export type Rule = Wire<typeof rulesPage>['rows'][number]
export type RuleText = Wire<typeof ruleText>
export type RuleGroup = Wire<typeof ruleGroupList>['rows'][number]
export type Preview = Wire<typeof preview>
export type RuleWords = Wire<typeof ruleWords>

export function useExplained(sku: string, of: { at: string; shop: string }) {
  return useQuery({
    queryKey: ['stock', 'explain', sku, of],
    queryFn: ({ signal }) => getJson<Wire<typeof explained>>(`/stock/${encodeURIComponent(sku)}/explain`, of, signal),
    placeholderData: keepPreviousData,
  })
}

export const useRules = (query: Query) => usePage<Wire<typeof rulesPage>>('rules', '/rules', query)
export const useRuleGroups = () => usePage<Wire<typeof ruleGroupList>>('rules', '/rules/groups', {})
export const useOverlaps = () => usePage<Wire<typeof overlapList>>('rules', '/rules/overlaps', {})
export const useRuleWords = () => usePage<RuleWords>('rules', '/rules/words', {})
export const useDiffCauses = () => usePage<Wire<typeof diffSummary>>('diff', '/diff/causes', {})
export const useDiff = (query: Query) => usePage<Wire<typeof diffPage>>('diff', '/diff', query)

function useRuleChange<Body, Answer>(send: (body: Body) => Promise<Answer>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: send,
    onSuccess: () => Promise.all(['rules', 'stock'].map(key => client.invalidateQueries({ queryKey: [key] }))),
  })
}

export const useKeepRule = () =>
  useRuleChange(({ ruleId, rule }: { ruleId: number | null; rule: RuleText }) =>
    ruleId === null ? change<Rule>('POST', '/rules', rule) : change<Rule>('PUT', `/rules/${ruleId}`, rule),
  )
export const useRuleStatus = () =>
  useRuleChange(({ ruleId, deed }: { ruleId: number; deed: 'activate' | 'archive' }) => change<Rule>('POST', `/rules/${ruleId}/${deed}`))
export const useAddRuleGroup = () =>
  useRuleChange((group: { name: string; kind: RuleGroup['kind'] }) => change<Wire<typeof ruleGroupList>>('POST', '/rules/groups', group))
export const usePreview = () => useMutation({ mutationFn: (of: Wire<typeof previewOf>) => change<Preview>('POST', '/rules/preview', of) })
