import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { configurationAnswer } from '../../../src/http/contract/configuration.ts'
import type { Wire } from '../../../src/http/contract/instant.ts'
import type { settingsShown } from '../../../src/http/contract/settings.ts'
import { change, getJson } from './client.ts'

export type Settings = Wire<typeof settingsShown>
export type Setting = Settings['groups'][number]['settings'][number]
export type ConfigurationSaid = Wire<typeof configurationAnswer>

export function useSettings() {
  return useQuery({ queryKey: ['settings'], queryFn: ({ signal }) => getJson<Settings>('/settings', {}, signal) })
}

export const useSetObjective = () =>
  useChange<{ minutes: number; reason: string }>(given => change('PUT', '/objective', given), ['settings', 'street'])

export const useSetLedgerPolicy = () =>
  useChange<{ keptMonths: number | null; needsExport: boolean; reason: string }>(
    given => change('PUT', '/ledger/policy', given),
    ['settings'],
  )

function useChange<Given>(mutationFn: (given: Given) => Promise<unknown>, keys: readonly string[]) {
  const client = useQueryClient()
  return useMutation({ mutationFn, onSettled: () => Promise.all(keys.map(key => client.invalidateQueries({ queryKey: [key] }))) })
}

export type FileAsked = { file: string; secrets: Record<string, string>; isDryRun: boolean; isPrune: boolean; basedOn?: string }

/** Says what a configuration file would change, or makes it so: then everything that is shown may be other than before. */
export function useConfigurationFile() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (asked: FileAsked) => change<ConfigurationSaid>('POST', '/configuration', asked),
    onSuccess: said => (said.isApplied ? client.invalidateQueries() : undefined),
  })
}
