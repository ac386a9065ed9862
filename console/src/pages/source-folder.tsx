import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { type Source, useFolder } from '../api/feeds.ts'
import { Copied } from '../parts/copied.tsx'
import { cell, Table } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { bytes } from '../parts/number.ts'
import { When } from '../parts/when.tsx'
import { sources as texts } from '../texts/sources.ts'

/** What lies in the folders of a source just now, so that a path is copied and not guessed. */
export function SourceFolder({ source }: { source: Source }) {
  const [path, setPath] = useState(source.root)
  const [typed, setTyped] = useState(source.root)
  const folder = useFolder(source.name, path)
  const go = (to: string) => {
    setPath(to)
    setTyped(to)
  }
  const above = path.replace(/\/+$/, '').replace(/\/[^/]*$/, '') || '/'
  return (
    <>
      <form
        onSubmit={event => {
          event.preventDefault()
          go(typed)
        }}
      >
        <TextInput label={texts.folder} value={typed} onChange={event => setTyped(event.currentTarget.value)} data-autofocus />
      </form>
      <p>
        <Copied text={path} what={texts.thisPath} />{' '}
        {path !== '/' && (
          <Button size="compact-sm" variant="default" onClick={() => go(above)}>
            {texts.oneFolderUp}
          </Button>
        )}
      </p>
      <Shown of={folder}>
        {({ entries, isCut }) =>
          entries.length === 0 ? (
            <Empty title={texts.theFolderIsEmpty} />
          ) : (
            <>
              <Table
                label={texts.whatLiesInTheFolder}
                head={
                  <tr>
                    <th className={cell.wide}>{texts.name}</th>
                    <th className={cell.right}>{texts.size}</th>
                    <th className={cell.right}>{texts.modified}</th>
                  </tr>
                }
              >
                {entries.map(entry => (
                  <tr key={entry.name}>
                    <td className={cell.main}>
                      {entry.kind === 'folder' ? (
                        <Button size="compact-sm" variant="subtle" onClick={() => go(`${path.replace(/\/+$/, '')}/${entry.name}`)}>
                          {entry.name}/
                        </Button>
                      ) : (
                        entry.name
                      )}
                    </td>
                    <td className={`num ${cell.right}`}>{entry.kind === 'file' ? bytes(entry.bytes) : ''}</td>
                    <td className={cell.right}>
                      <When at={entry.modifiedAt} />
                    </td>
                  </tr>
                ))}
              </Table>
              {isCut && <p className={cell.dim}>{texts.thereAreMoreTheFirstThousandAre}</p>}
            </>
          )
        }
      </Shown>
    </>
  )
}
