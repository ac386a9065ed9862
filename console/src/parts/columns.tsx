import { Button, Checkbox, Popover } from '@mantine/core'
import { IconColumns3 } from '@tabler/icons-react'
import { parts as texts } from '../texts/parts.ts'
import classes from './list.module.css'
import { keepMine, useMine } from './mine.ts'

/** The columns of a list after its first, by name, in their order. */
export type ColumnNames = Readonly<Record<string, string>>

/** Which columns one person wants to see of a list, kept in their browser. The first is always there: it says what a row is. */
export function Columns({ list, columns }: { list: string; columns: ColumnNames }) {
  const { columns: kept } = useMine()
  const hidden = kept[list] ?? []
  function show(name: string, isShown: boolean) {
    const others = hidden.filter(one => one !== name && one in columns)
    keepMine({ columns: { ...kept, [list]: isShown ? others : [...others, name] } })
  }
  return (
    <Popover position="bottom-end" withinPortal trapFocus>
      <Popover.Target>
        <Button size="xs" variant="default" leftSection={<IconColumns3 size={14} aria-hidden />}>
          {texts.columns}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={texts.columns}>
        <div className={classes.columns}>
          {Object.entries(columns).map(([name, label]) => (
            <Checkbox
              key={name}
              label={label}
              checked={!hidden.includes(name)}
              onChange={event => show(name, event.currentTarget.checked)}
            />
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}

/** The places of the columns that are not wanted, as `Table` takes them; `first`: the place of the first that may be left out. */
export function useHidden(list: string, columns: ColumnNames, first = 2): string {
  const hidden = useMine().columns[list] ?? []
  return Object.keys(columns)
    .flatMap((name, at) => (hidden.includes(name) ? [at + first] : []))
    .join(' ')
}
