import { z } from 'zod'
import { instant } from './instant.ts'
import { pageOf, pageQuery } from './page.ts'

/** Deeds of people, newest first; by who did them, what was done, or to what. */
export const auditQuery = pageQuery.extend({
  who: z.string().max(200).optional(),
  action: z.string().max(100).optional(),
  subject: z.string().max(100).optional(),
  name: z.string().max(400).optional(),
})

export const auditEntry = z.object({
  seq: z.number().int(),
  at: instant,
  who: z.string(),
  action: z.string(),
  subject: z.string(),
  name: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  reason: z.string().nullable(),
})

export const auditList = pageOf(auditEntry)
