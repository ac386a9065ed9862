import { Button, FileButton, NativeSelect } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type DragEvent, useState } from 'react'
import { Link } from 'react-router'
import { useFeedSettings } from '../api/belief.ts'
import { upload } from '../api/client.ts'
import { type Sample, type Trial, useLayouts, usePreview, useSampleUpload } from '../api/mapping.ts'
import { type FileDetail, isOnItsWay, useFeeds, useFile, useFiles, useSession } from '../api/queries.ts'
import { Shown, Trouble } from '../parts/nothing.tsx'
import { withCounts } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { FileState } from '../parts/state.tsx'
import { firstSteps as texts } from '../texts/first-steps.ts'
import { MappingEditor } from './feed-mapping.tsx'
import { FileCounts } from './file.tsx'
import classes from './first-steps.module.css'
import { MappingPreview } from './mapping-preview.tsx'
import { UnknownNames } from './unknown-names.tsx'

/** A file is tried before it is imported: which columns are which, what its first rows say; then it goes through the door of all files. */
export function FileStep() {
  const session = useSession()
  const feeds = useFeeds()
  const applied = useFiles({ state: 'applied', pageSize: 1 })
  const [chosen, setChosen] = useState<string | null>(null)
  const [file, setFile] = useState<File | null>(null)
  if (session.data?.role === 'viewer') return <p className={classes.lead}>{texts.onlyOperators}</p>
  return (
    <Shown of={feeds}>
      {({ rows }) => {
        const feed =
          rows.find(one => one.name === chosen) ?? rows.find(one => one.layout !== 'FACILITIES' && one.layout !== 'PRODUCTS') ?? rows[0]
        return (
          <>
            <p className={classes.lead}>
              {texts.fileLead} {(applied.data?.total ?? 0) > 0 && texts.filesSoFar(applied.data?.total ?? 0)}
            </p>
            <Panel title={texts.fileTitle}>
              <div className={classes.form}>
                <NativeSelect
                  label={texts.fileFeed}
                  description={texts.fileFeedNote}
                  className={classes.whole}
                  value={feed?.name ?? ''}
                  data={rows.map(one => ({ value: one.name, label: `${one.name} (${one.layout})` }))}
                  onChange={event => setChosen(event.currentTarget.value)}
                />
                <Drop file={file} onFile={setFile} />
              </div>
            </Panel>
            {file && feed && <Tried key={`${feed.name} ${file.name} ${file.lastModified} ${file.size}`} feed={feed.name} file={file} />}
          </>
        )
      }}
    </Shown>
  )
}

function Drop({ file, onFile }: { file: File | null; onFile: (file: File | null) => void }) {
  const [isOver, setOver] = useState(false)
  function drop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    onFile(event.dataTransfer.files.item(0))
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut; the button in it does the same
    <div
      className={`${classes.drop} ${classes.whole}`}
      data-over={isOver || undefined}
      onDragOver={event => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <FileButton onChange={onFile}>
        {props => (
          <Button {...props} variant={file ? 'default' : 'filled'} leftSection={<IconUpload size={16} aria-hidden />}>
            {file ? texts.otherFile : texts.chooseFile}
          </Button>
        )}
      </FileButton>
      <span>{isOver ? texts.dropHere : (file?.name ?? texts.dropHint)}</span>
    </div>
  )
}

function Tried({ feed, file }: { feed: string; file: File }) {
  const bring = useSampleUpload()
  const [sample, setSample] = useState<Sample | null>(null)
  const [isAsked, setAsked] = useState(false)
  if (!isAsked) {
    setAsked(true)
    bring.mutate(file, { onSuccess: setSample })
  }
  return (
    <>
      <Trouble error={bring.error} />
      {sample && <Mapped feed={feed} file={file} sample={sample} />}
    </>
  )
}

function Mapped({ feed, file, sample }: { feed: string; file: File; sample: Sample }) {
  const settings = useFeedSettings(feed)
  const layouts = useLayouts()
  const [isMapping, setMapping] = useState(false)
  const [fileId, setFileId] = useState<number | null>(null)
  const client = useQueryClient()
  const sending = useMutation({
    mutationFn: () => upload<{ fileId: number }>(`/feeds/${encodeURIComponent(feed)}/files`, { name: file.name }, file, () => {}),
    onSuccess(answer) {
      setFileId(answer.fileId)
      void client.invalidateQueries({ queryKey: ['files'] })
    },
  })
  const {
    reading = {},
    rows = {},
    mapping = null,
  } = (settings.data?.settings ?? {}) as Partial<Pick<Trial, 'reading' | 'rows' | 'mapping'>>
  const trial: Trial | null =
    settings.data === undefined ? null : { layout: settings.data.layout, name: sample.name, folder: feed, reading, rows, mapping }
  const preview = usePreview(sample, trial)
  const layout = layouts.data?.rows.find(one => one.name === settings.data?.layout)
  if (fileId !== null) return <Became fileId={fileId} />
  return (
    <>
      {isMapping && settings.data && layout ? (
        <MappingEditor feed={feed} layout={layout} declared={settings.data} sample={sample} onSaved={() => setMapping(false)} />
      ) : (
        <>
          <MappingPreview preview={preview} />
          <Trouble error={sending.error} />
          <div className={classes.foot}>
            <Button variant="default" onClick={() => setMapping(true)} disabled={layout === undefined}>
              {texts.mapColumns}
            </Button>
            <Button
              loading={sending.isPending}
              disabled={preview.data === undefined || preview.data.problem !== null}
              onClick={() => sending.mutate()}
            >
              {texts.importIt(file.name)}
            </Button>
          </div>
        </>
      )}
    </>
  )
}

function Became({ fileId }: { fileId: number }) {
  const file = useFile(String(fileId))
  return <Shown of={file}>{found => <Outcome file={found} />}</Shown>
}

function Outcome({ file }: { file: FileDetail }) {
  return (
    <>
      <Panel title={texts.imported} note={file.name} actions={<Link to={`/files/${file.id}`}>{texts.toFile}</Link>}>
        <p role="status" style={{ marginTop: 0 }}>
          <FileState state={file.state} /> {isOnItsWay(file) ? texts.isRead : withCounts(file.reason)}
        </p>
        {file.counts && <FileCounts counts={file.counts} file={file} />}
      </Panel>
      {/* A row waits for one name at a time: when its facility is known, its product may be what it waits for, as a file of its own. */}
      <UnknownNames mayDecide />
    </>
  )
}
