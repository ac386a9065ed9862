import { Button } from '@mantine/core'
import { useFeeds } from '../api/queries.ts'
import { type UnknownName, useAddRows } from '../api/rows.ts'
import { cell } from '../parts/list.tsx'
import { Trouble } from '../parts/nothing.tsx'
import { addUnknown as texts } from '../texts/first-steps.ts'
import classes from './file-rows.module.css'

/** In which column a product stands that is known by an identifier of this type. */
const PRODUCT_COLUMNS: Readonly<Record<string, string>> = {
  SKU: 'sku',
  UPCA: 'upca',
  ERP_PRODUCT_ID: 'erpProductId',
  PRODUCT_ID: 'productId',
}
const FACILITY_COLUMNS: Readonly<Record<string, string>> = { facilityId: 'facilityId', externalFacilityId: 'externalFacilityId' }

/** What nobody knows is added as it is called, through the feed of its kind: for a house that is only being furnished. */
export function AddUnknown({ names }: { names: readonly UnknownName[] }) {
  return (
    <div className={classes.addAll}>
      <Add names={names} layout="FACILITIES" columns={FACILITY_COLUMNS} label={texts.facilities} />
      <Add names={names} layout="PRODUCTS" columns={PRODUCT_COLUMNS} label={texts.products} />
      <span className={cell.dim}>{texts.note}</span>
    </div>
  )
}

function Add({
  names,
  layout,
  columns,
  label,
}: {
  names: readonly UnknownName[]
  layout: string
  columns: Readonly<Record<string, string>>
  label: (count: number) => string
}) {
  const feeds = useFeeds()
  const feed = feeds.data?.rows.find(one => one.layout === layout && one.isEnabled)
  const add = useAddRows(feed?.name ?? '')
  const rows = names.flatMap(({ type, value }) => {
    const column = columns[type]
    return column === undefined ? [] : [{ [column]: value, name: value }]
  })
  if (rows.length === 0 || feed === undefined) return null
  return (
    <>
      <Button size="compact-sm" loading={add.isPending} onClick={() => add.mutate(rows)}>
        {label(rows.length)}
      </Button>
      <Trouble error={add.error} />
      {add.data && (add.data.rejected[0]?.reason ?? add.data.reason) && <span>{add.data.rejected[0]?.reason ?? add.data.reason}</span>}
    </>
  )
}
