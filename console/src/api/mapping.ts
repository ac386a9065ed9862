import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import type { Wire } from '../../../src/http/contract/instant.ts'
import type { layoutList, previewShown, reviewShown, trial } from '../../../src/http/contract/sample.ts'
import { change, upload } from './client.ts'
import { usePage } from './queries.ts'

export type Layout = Wire<typeof layoutList>['rows'][number]
export type Preview = Wire<typeof previewShown>
export type Review = Wire<typeof reviewShown>
export type Trial = z.output<typeof trial>
export type Mapping = NonNullable<Trial['mapping']>
export type MappedColumn = Mapping['columns'][number]

/** A file on which a mapping is tried: brought for it, or kept of the feed. */
export type Sample = { id: string; name: string }

export const useLayouts = () => usePage<Wire<typeof layoutList>>('layouts', '/layouts', {})

export function useSampleUpload() {
  return useMutation({
    mutationFn: async (file: File): Promise<Sample> => {
      const { id } = await upload<{ id: string }>('/samples', { name: file.name }, file, () => {})
      return { id, name: file.name }
    },
  })
}

const at = (sample: Sample) => `/samples/${encodeURIComponent(sample.id)}`

/** Asked anew at every change; what was shown stays until the answer is there. */
export function usePreview(sample: Sample | null, asked: Trial | null) {
  return useQuery({
    queryKey: ['preview', sample?.id, asked],
    queryFn: () => change<Preview>('POST', `${at(sample as Sample)}/preview`, asked as Trial),
    enabled: sample !== null && asked !== null,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
    staleTime: Number.POSITIVE_INFINITY,
  })
}

export function useReview() {
  return useMutation({
    mutationFn: ({ sample, asked }: { sample: Sample; asked: Trial }) => change<Review>('POST', `${at(sample)}/review`, asked),
  })
}
