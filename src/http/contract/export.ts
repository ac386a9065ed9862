import { z } from 'zod'

export const EXPORTED_LAYOUTS = [
  'RESET_INVENTORY',
  'MDM_FAC_SFTY_STCK',
  'IMP_PROD_FACILITY',
  'IMP_PROD_THOLD',
  'SCHEDULED_RESTOCK',
  'PRODUCTS',
  'FACILITIES',
  'SHOPIFY_SHOP_LOCATION',
] as const

export const exportParams = z.object({ layout: z.enum(EXPORTED_LAYOUTS) })

export const exportsList = z.object({ rows: z.array(z.object({ layout: z.enum(EXPORTED_LAYOUTS), columns: z.array(z.string()) })) })
