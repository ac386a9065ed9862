import { Button, Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core'
import type { Layout, MappedColumn, Mapping } from '../api/mapping.ts'
import { cell, Table } from '../parts/list.tsx'
import { Panel } from '../parts/panel.tsx'
import { mapping as texts } from '../texts/mapping.ts'
import classes from './feed-mapping.module.css'
import type { Draft } from './feed-mapping.tsx'

type Kind = 'none' | 'column' | 'constant' | 'fileName' | 'folder' | 'formula'

const KINDS: { value: Kind; label: string }[] = [
  { value: 'none', label: texts.notGiven },
  { value: 'column', label: texts.aColumn },
  { value: 'constant', label: texts.alwaysTheSame },
  { value: 'formula', label: texts.computed },
  { value: 'fileName', label: texts.theFileName },
  { value: 'folder', label: texts.theFolder },
]

const HINTS: Readonly<Record<Kind, string>> = {
  none: '',
  column: texts.nameOr3ForTheThird,
  constant: texts.forExampleSku,
  formula: texts.onHandAllocated,
  fileName: 'stock_{}_*.csv',
  folder: '*/store-{}',
}

/** Where each column of the layout comes from. Without a mapping, columns are found by their own names. */
export function MappingColumns({
  layout,
  header,
  draft,
  onDraft,
}: {
  layout: Layout
  header: string[] | null
  draft: Draft
  onDraft: (draft: Draft) => void
}) {
  const { mapping } = draft
  if (mapping === null)
    return (
      <Panel title={texts.columns}>
        <p>
          {texts.theColumnsOfAFileAreFound} {layout.name} {texts.givesThemWhereTheSenderCallsThem}
        </p>
        <Button onClick={() => onDraft({ ...draft, mapping: proposed(layout, header) })}>{texts.mapTheColumns}</Button>
      </Panel>
    )
  const change = (next: Mapping) => onDraft({ ...draft, mapping: next })
  const setColumn = (to: string, column: MappedColumn | null) => {
    const others = mapping.columns.filter(one => one.to !== to)
    change({ ...mapping, columns: column === null ? others : [...others, column] })
  }
  const needed = new Set(layout.needs.flat())
  return (
    <Panel
      title={texts.columns}
      note={layout.name}
      actions={
        <Button variant="default" size="xs" onClick={() => onDraft({ ...draft, mapping: null })}>
          {texts.withoutAMapping}
        </Button>
      }
    >
      <div className={classes.columns}>
        <Table
          label={texts.columnsOfTheLayoutAndWhereEach}
          head={
            <tr>
              <th>
                {texts.columnOf} {layout.name}
              </th>
              <th>{texts.comesFrom}</th>
              <th>{texts.which}</th>
              <th>{texts.theirCodeOurs}</th>
            </tr>
          }
        >
          {layout.columns
            .filter(column => column.isUsed)
            .map(({ name }) => (
              <ColumnRow
                key={name}
                name={name}
                isNeeded={needed.has(name)}
                header={header}
                column={mapping.columns.find(one => one.to === name) ?? null}
                onChange={column => setColumn(name, column)}
              />
            ))}
        </Table>
      </div>
      <Wide layout={layout} mapping={mapping} onChange={change} />
    </Panel>
  )
}

function ColumnRow({
  name,
  isNeeded,
  header,
  column,
  onChange,
}: {
  name: string
  isNeeded: boolean
  header: string[] | null
  column: MappedColumn | null
  onChange: (column: MappedColumn | null) => void
}) {
  const kind = kindOf(column)
  const value = column === null ? '' : (Object.values(column.from)[0] ?? '')
  const list = `columns-of-${name}`
  return (
    <tr>
      <td>
        {name} {isNeeded && <span className={cell.dim}>{texts.oneOfTheNeeded}</span>}
      </td>
      <td>
        <NativeSelect
          aria-label={texts.whereComesFrom(name)}
          size="xs"
          data={KINDS}
          value={kind}
          onChange={event => {
            const next = event.currentTarget.value as Kind
            onChange(next === 'none' ? null : { to: name, from: sourceOf(next, next === 'column' ? (header?.[0] ?? name) : HINTS[next]) })
          }}
        />
      </td>
      <td>
        {kind !== 'none' && (
          <>
            <TextInput
              aria-label={texts.whatIsReadFrom(name)}
              size="xs"
              placeholder={HINTS[kind]}
              value={value}
              list={list}
              onChange={event => column !== null && onChange({ ...column, from: sourceOf(kind, event.currentTarget.value) })}
            />
            {kind === 'column' && header !== null && (
              <datalist id={list}>
                {[...new Set(header)].map(one => (
                  <option key={one} value={one} />
                ))}
              </datalist>
            )}
          </>
        )}
      </td>
      <td>
        {kind !== 'none' && kind !== 'formula' && column !== null && (
          <Codes
            label={texts.codesOf(name)}
            codes={column.translate}
            onChange={translate => {
              const { translate: _, ...rest } = column
              onChange(translate === undefined ? rest : { ...rest, translate })
            }}
          />
        )}
      </td>
    </tr>
  )
}

/** A table of codes, one a line. An empty one is none. */
function Codes({
  label,
  codes,
  onChange,
}: {
  label: string
  codes: Record<string, string> | undefined
  onChange: (codes: Record<string, string> | undefined) => void
}) {
  const text = Object.entries(codes ?? {})
    .map(([theirs, ours]) => `${theirs} = ${ours}`)
    .join('\n')
  return (
    <Textarea
      aria-label={label}
      size="xs"
      autosize
      minRows={1}
      maxRows={6}
      placeholder={texts.none}
      defaultValue={text}
      onBlur={event => {
        const lines = event.currentTarget.value.split('\n').filter(line => line.includes('='))
        const pairs = lines.map(line => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1).trim()])
        onChange(pairs.length === 0 ? undefined : Object.fromEntries(pairs))
      }}
    />
  )
}

function Wide({ layout, mapping, onChange }: { layout: Layout; mapping: Mapping; onChange: (mapping: Mapping) => void }) {
  const used = layout.columns.filter(column => column.isUsed).map(column => column.name)
  const facilityTo = used.find(name => /^(?:external)?facility/i.test(name))
  const unitsTo = used.find(name => /qty|quantity|units|delta/i.test(name))
  if (facilityTo === undefined || unitsTo === undefined) return null
  const { wide, ...narrow } = mapping
  return (
    <div className={classes.wide}>
      <Checkbox
        label={texts.theFileHasAColumnForEach}
        checked={wide !== undefined}
        onChange={event => onChange(event.currentTarget.checked ? { ...narrow, wide: { facilityTo, unitsTo } } : narrow)}
      />
      {wide !== undefined && (
        <>
          <TextInput
            label={texts.thoseColumns}
            description={texts.namesWithCommasBetweenThemBlankEvery}
            defaultValue={(wide.columns ?? []).join(', ')}
            onBlur={event => {
              const { columns: _, ...rest } = wide
              const columns = event.currentTarget.value
                .split(',')
                .map(name => name.trim())
                .filter(name => name !== '')
              onChange({ ...narrow, wide: columns.length === 0 ? rest : { ...rest, columns } })
            }}
          />
          <div>
            <p className={classes.label}>{texts.nameOfTheColumnOurFacility}</p>
            <Codes
              label={texts.namesOfColumnsAndOurFacilities}
              codes={wide.translate}
              onChange={translate => {
                const { translate: _, ...rest } = wide
                onChange({ ...narrow, wide: translate === undefined ? rest : { ...rest, translate } })
              }}
            />
          </div>
        </>
      )}
    </div>
  )
}

function kindOf(column: MappedColumn | null): Kind {
  return column === null ? 'none' : (Object.keys(column.from)[0] as Kind)
}

function sourceOf(kind: Exclude<Kind, 'none'> | Kind, value: string): MappedColumn['from'] {
  return { [kind]: value } as MappedColumn['from']
}

const key = (name: string) => name.toLowerCase().replace(/[\s_-]+/g, '')

/** Columns that are called alike, and the others left open. */
function proposed(layout: Layout, header: string[] | null): Mapping {
  const columns = layout.columns.flatMap(({ name, isUsed }) => {
    const column = isUsed ? header?.find(one => key(one) === key(name)) : undefined
    return column === undefined ? [] : [{ to: name, from: { column } }]
  })
  return { columns }
}
