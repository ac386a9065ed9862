import { z } from 'zod'

/* What a development shop answered to the questions that its documentation leaves open. */

export const conformParams = z.object({ shop: z.string() })
export const conformBody = z.object({ isSure: z.boolean().default(false).describe('The shop may be one that sells') })
export const conformReport = z
  .object({
    shop: z.string(),
    apiVersion: z.string(),
    calls: z.number().int(),
    checks: z.array(
      z.object({
        check: z.string(),
        simulated: z.string().describe('What the simulated shop does'),
        observed: z.string(),
        agrees: z.boolean(),
        dial: z.string().nullable().describe('The dial that makes the simulated shop do the same'),
      }),
    ),
    brokeOff: z.string().nullable().describe('What ended it before its last check'),
    leftBehind: z.array(z.string()).describe('Levels that do not show what they did before'),
  })
  .meta({ id: 'ConformReport' })
