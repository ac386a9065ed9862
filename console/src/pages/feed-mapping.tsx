import { Button, FileButton, NativeSelect } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconDownload, IconUpload } from '@tabler/icons-react'
import { useState } from 'react'
import { useParams } from 'react-router'
import { EXPORTED_LAYOUTS } from '../../../src/http/contract/export.ts'
import { type FeedSettings, useFeedSettings, useSettingsChange } from '../api/belief.ts'
import { address } from '../api/client.ts'
import { type Layout, type Sample, type Trial, useLayouts, usePreview, useSampleUpload } from '../api/mapping.ts'
import { useFiles, useSession } from '../api/queries.ts'
import { AskWhy } from '../parts/ask.tsx'
import { Back } from '../parts/back.tsx'
import { cell } from '../parts/list.tsx'
import { Empty, Shown, Trouble } from '../parts/nothing.tsx'
import { Facts, PageHead, Panel } from '../parts/panel.tsx'
import { mapping as texts } from '../texts/mapping.ts'
import classes from './feed-mapping.module.css'
import { MappingColumns } from './mapping-columns.tsx'
import { MappingPreview } from './mapping-preview.tsx'
import { MappingReview } from './mapping-review.tsx'
import { MappingRules } from './mapping-rules.tsx'

/** How the columns of a feed's files become the columns of its layout, tried on a file while it is written. */
export function FeedMappingPage() {
  const { name = '' } = useParams()
  const settings = useFeedSettings(name)
  const layouts = useLayouts()
  return (
    <>
      <Back to={`/files?feed=${encodeURIComponent(name)}`}>
        {texts.filesOf} {name}
      </Back>
      <PageHead title={texts.mappingOf(name)} lead={texts.whatEachColumnMeansTriedOnA} />
      <Shown of={layouts}>
        {found => (
          <Shown of={settings}>
            {declared => {
              const layout = found.rows.find(one => one.name === declared.layout)
              return layout === undefined ? (
                <Empty title={texts.theLayoutIsNoneThatThereIs(declared.layout)}>{texts.chooseAnotherOneForTheFeed}</Empty>
              ) : (
                <MappingEditor key={JSON.stringify(declared)} feed={name} layout={layout} declared={declared} />
              )
            }}
          </Shown>
        )}
      </Shown>
    </>
  )
}

const TYPING_PAUSE_MS = 300

export type Draft = Pick<Trial, 'reading' | 'rows' | 'mapping'>

/** The mapping of a feed beside a sample; `onSaved` is told when it was declared. */
export function MappingEditor({
  feed,
  layout,
  declared,
  sample: given = null,
  onSaved,
}: {
  feed: string
  layout: Layout
  declared: FeedSettings
  sample?: Sample | null
  onSaved?: () => void
}) {
  const { reading = {}, rows = {}, mapping = null } = declared.settings as Partial<Draft>
  const [draft, setDraft] = useState<Draft>({ reading, rows, mapping })
  const [sample, setSample] = useState<Sample | null>(given)
  const session = useSession()
  const save = useSettingsChange(feed)
  const trial: Trial | null = sample === null ? null : { layout: layout.name, name: sample.name, folder: feed, ...draft }
  const [asked] = useDebouncedValue(trial, TYPING_PAUSE_MS)
  const preview = usePreview(sample, asked)
  const deed = {
    ...{ isPending: save.isPending, error: save.error, reset: save.reset },
    mutate: (reason: string, options: { onSuccess: () => void }) =>
      save.mutate(
        { settings: draft, reason },
        {
          onSuccess() {
            options.onSuccess()
            onSaved?.()
          },
        },
      ),
  }
  return (
    <div className={classes.page}>
      <SamplePanel feed={feed} layout={layout} sample={sample} onSample={setSample} shown={preview.data ?? null} />
      <MappingColumns layout={layout} header={preview.data?.header ?? null} draft={draft} onDraft={setDraft} />
      <MappingRules header={preview.data?.header ?? null} draft={draft} onDraft={setDraft} />
      {sample !== null && <MappingPreview preview={preview} />}
      {sample !== null && trial !== null && <MappingReview sample={sample} trial={trial} />}
      {session.data?.role === 'admin' ? (
        <AskWhy label={texts.saveTheMapping} title={texts.changeTheMappingOf(feed)} confirm={texts.save} deed={deed}>
          <p>{texts.itHoldsForFilesThatComeFrom}</p>
        </AskWhy>
      ) : (
        <p className={cell.dim}>{texts.anAdminMaySaveThis}</p>
      )}
    </div>
  )
}

const EXPORTED: ReadonlySet<string> = new Set(EXPORTED_LAYOUTS)
const SIGNS: Readonly<Record<string, string>> = { '\t': 'tab', ',': 'comma', ';': 'semicolon', '|': 'bar' }

function SamplePanel({
  feed,
  layout,
  sample,
  onSample,
  shown,
}: {
  feed: string
  layout: Layout
  sample: Sample | null
  onSample: (sample: Sample | null) => void
  shown: ReturnType<typeof usePreview>['data'] | null
}) {
  const files = useFiles({ feed, pageSize: 20 })
  const bring = useSampleUpload()
  const kept = (files.data?.rows ?? []).filter(file => file.receivedAt !== null)
  return (
    <Panel
      title={texts.sample}
      actions={
        <>
          {EXPORTED.has(layout.name) && (
            <Button
              component="a"
              href={address(`/exports/${encodeURIComponent(layout.name)}`)}
              variant="default"
              size="xs"
              leftSection={<IconDownload size={14} aria-hidden />}
            >
              {texts.whatIsHereNow}
            </Button>
          )}
          <Button
            component="a"
            href={address(`/layouts/${encodeURIComponent(layout.name)}/template`)}
            variant="default"
            size="xs"
            leftSection={<IconDownload size={14} aria-hidden />}
          >
            {texts.template}
          </Button>
        </>
      }
    >
      <div className={classes.sample}>
        <NativeSelect
          label={texts.aFileOfThisFeed}
          value={sample?.id ?? ''}
          data={[
            { value: '', label: kept.length === 0 ? texts.noneHasComeYet : texts.chooseOne },
            ...kept.map(file => ({ value: `file-${file.id}`, label: file.name })),
            ...(sample !== null && !sample.id.startsWith('file-') ? [{ value: sample.id, label: sample.name }] : []),
          ]}
          onChange={event => {
            const id = event.currentTarget.value
            const file = kept.find(one => `file-${one.id}` === id)
            onSample(file === undefined ? null : { id, name: file.name })
          }}
        />
        <FileButton onChange={file => file !== null && bring.mutate(file, { onSuccess: onSample })}>
          {props => (
            <Button {...props} variant="default" loading={bring.isPending} leftSection={<IconUpload size={16} aria-hidden />}>
              {texts.orBringOne}
            </Button>
          )}
        </FileButton>
      </div>
      <Trouble error={bring.error} />
      {sample === null ? (
        <p className={cell.dim}>{texts.withAFileBesideItEveryChange}</p>
      ) : (
        shown && (
          <Facts
            facts={[
              [texts.format, shown.container === null ? shown.written.format : texts.inWord(shown.written.format, shown.container)],
              [texts.encoding, shown.written.encoding],
              shown.written.delimiter === null ? null : [texts.delimiter, SIGNS[shown.written.delimiter] ?? shown.written.delimiter],
              [texts.linesAbove, String(shown.written.preambleLines)],
              [texts.columns, shown.header === null ? texts.notNamed : String(shown.header.length)],
            ]}
          />
        )
      )}
    </Panel>
  )
}
