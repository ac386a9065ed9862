import { Button } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { address, type Query } from '../api/client.ts'
import { parts as texts } from '../texts/parts.ts'
import classes from './list.module.css'

/** The whole of a list with its present filters as a file, whatever page is shown. `query`: the filters, as the list was asked for. */
export function Export({
  path,
  query = {},
  what,
  size = 'xs',
}: {
  path: string
  query?: Query | undefined
  what: string
  size?: 'xs' | 'sm'
}) {
  return (
    <Button
      component="a"
      href={address(path, { ...query, page: null, pageSize: null, format: 'csv' })}
      download
      size={size}
      variant="default"
      className={classes.export ?? ''}
      leftSection={<IconDownload size={14} aria-hidden />}
      aria-label={texts.exportAll(what)}
      title={texts.exportAll(what)}
    >
      {texts.export}
    </Button>
  )
}
