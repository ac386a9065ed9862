import { NativeSelect, NumberInput, Switch, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useEffect, useState } from 'react'
import { type Feed, useAddFeed, useChangeFeed, useFeedSettings, useSources } from '../api/feeds.ts'
import { useFeeds } from '../api/queries.ts'
import { timeZoneNow } from '../parts/mine.ts'
import { DialogEnd, Modal } from '../parts/modal.tsx'
import { Trouble } from '../parts/nothing.tsx'
import { feeds as texts } from '../texts/feeds.ts'
import classes from './feeds.module.css'

/** What is known of a feed that somebody might want. */
export type Proposal = { folder?: string; layout?: string; home?: string }

type Fields = {
  name: string
  layout: string
  home: string
  folder: string
  namePattern: string
  fileKind: Feed['fileKind']
  door: Feed['door']
  source: string
  remoteFolder: string
  afterCommit: Feed['afterCommit']
  priority: number
  follows: string
  isEnabled: boolean
  dueAt: string
  dueZone: string
  everyMinutes: number | ''
  graceMinutes: number | ''
  evidence: '' | 'rename' | 'marker' | 'manifest'
  reason: string
}

/** Declares a feed, or changes one. What is changed is in force at once, and stands in the audit log. */
export function FeedDialog({ feed, proposal = {}, close }: { feed?: Feed; proposal?: Proposal; close: () => void }) {
  const feeds = useFeeds()
  const sources = useSources()
  const settings = useFeedSettings(feed?.name ?? '')
  const add = useAddFeed()
  const change = useChangeFeed(feed?.name ?? '')
  const [fields, setFields] = useState<Fields>(() => startOf(feed, proposal))
  const set = (changes: Partial<Fields>) => setFields(before => ({ ...before, ...changes }))
  const text = (name: keyof Fields) => ({
    value: String(fields[name]),
    onChange: (event: { currentTarget: { value: string } }) => set({ [name]: event.currentTarget.value }),
  })
  const declared = feed === undefined ? undefined : settings.data?.settings
  useEffect(() => {
    if (declared === undefined) return
    const { due, arrival } = declared
    const said = { dueAt: due?.at?.join(', ') ?? '', dueZone: due?.zone ?? browserZone(), everyMinutes: due?.everyMinutes ?? ('' as const) }
    setFields(before => ({ ...before, ...said, graceMinutes: due?.graceMinutes ?? '', evidence: arrival?.evidence ?? '' }))
  }, [declared])

  function submit(event: FormEvent) {
    event.preventDefault()
    const place = placeOf(fields)
    if (feed === undefined) return add.mutate({ name: fields.name, ...place }, { onSuccess: close })
    const { reason } = fields
    const due = dueOf(fields)
    const arrival = { ...declared?.arrival, evidence: fields.evidence === '' ? undefined : fields.evidence }
    const because = reason.trim() === '' ? {} : { reason }
    change.mutate({ place: { ...place, ...because }, settings: { settings: { due, arrival }, ...because } }, { onSuccess: close })
  }

  return (
    <Modal onClose={close} title={feed ? texts.change(feed.name) : texts.addAFeed} size="xl">
      <form onSubmit={submit} className={classes.form}>
        {feed === undefined && <TextInput label={texts.name} required data-autofocus {...text('name')} />}
        <NativeSelect
          label={texts.layout}
          description={texts.whatTheColumnsMean}
          required
          data={['', ...(feeds.data?.layouts ?? [])]}
          {...text('layout')}
        />
        <NativeSelect
          label={texts.itsFilesSay}
          data={[
            { value: 'snapshot', label: texts.whatIsThere },
            { value: 'delta', label: texts.whatChanged },
          ]}
          {...text('fileKind')}
        />
        <NativeSelect
          label={texts.howTheyCome}
          data={[
            { value: 'sftp', label: texts.droppedOnTheBuiltInSftpServer },
            { value: 'remote', label: texts.fetchedFromASource },
            { value: 'folder', label: texts.writtenIntoAFolderOnThisMachine },
          ]}
          {...text('door')}
        />
        {fields.door === 'remote' ? (
          <>
            <NativeSelect
              label={texts.source}
              required
              data={['', ...(sources.data?.rows.map(source => source.name) ?? [])]}
              {...text('source')}
            />
            <TextInput label={texts.folderThere} required placeholder={texts.outCsv} {...text('remoteFolder')} />
            <NativeSelect
              label={texts.afterItIsCommittedHere}
              data={[
                { value: 'move', label: texts.moveItToArchiveThere },
                { value: 'delete', label: texts.deleteItThere },
                { value: 'leave', label: texts.leaveItThere },
              ]}
              {...text('afterCommit')}
            />
          </>
        ) : (
          <TextInput label={texts.sftpUsersHome} required {...text('home')} />
        )}
        <TextInput
          label={texts.folder}
          className={classes.whole}
          description={texts.stockOrWithNamesOfYourOwn}
          required
          {...text('folder')}
        />
        <TextInput label={texts.namesItTakes} description={texts.andStandForAnything} {...text('namePattern')} />
        <NumberInput
          label={texts.priority}
          description={texts.text1IsReadFirst}
          min={1}
          max={9}
          value={fields.priority}
          onChange={value => set({ priority: Number(value) || 5 })}
        />
        <NativeSelect
          label={texts.readAfter}
          description={texts.waitsWhileAFileOfThatFeed}
          data={['', ...(feeds.data?.rows.map(one => one.name).filter(name => name !== feed?.name) ?? [])]}
          {...text('follows')}
        />
        {feed && <Settings fields={fields} set={set} text={text} />}
        <div className={classes.whole}>
          <Trouble error={add.error ?? change.error} />
          <DialogEnd
            close={close}
            confirm={feed ? texts.changeTheFeed : texts.addTheFeed}
            deed={{ isPending: add.isPending || change.isPending }}
          />
        </div>
      </form>
    </Modal>
  )
}

type Setters = {
  fields: Fields
  set: (changes: Partial<Fields>) => void
  text: (name: keyof Fields) => { value: string; onChange: (event: { currentTarget: { value: string } }) => void }
}

function Settings({ fields, set, text }: Setters) {
  const minutes = (name: 'everyMinutes' | 'graceMinutes') => ({
    min: 0,
    value: fields[name],
    onChange: (value: string | number) => set({ [name]: value === '' ? '' : Number(value) }),
  })
  return (
    <>
      <TextInput label={texts.dueAt} description={texts.text0330OrSeveralWithCommas} {...text('dueAt')} />
      <TextInput label={texts.inTheTimeZone} {...text('dueZone')} />
      <NumberInput label={texts.orEverySoManyMinutes} {...minutes('everyMinutes')} />
      <NumberInput label={texts.graceInMinutes} description={texts.howMuchLaterItMayCome} {...minutes('graceMinutes')} />
      <NativeSelect
        label={texts.aFileIsWholeWhen}
        data={[
          { value: '', label: texts.itWasClosedOrStandsStill },
          { value: 'rename', label: texts.itWasRenamedFromATemporaryName },
          { value: 'marker', label: texts.aMarkerLiesBesideItDoneOk },
          { value: 'manifest', label: texts.itIsWhatItsManifestSays },
        ]}
        {...text('evidence')}
      />
      <Switch
        label={texts.itsFilesAreRead}
        checked={fields.isEnabled}
        onChange={event => set({ isEnabled: event.currentTarget.checked })}
        mt="xl"
      />
      <Textarea label={texts.why} description={texts.keptWithYourName} autosize className={classes.whole} {...text('reason')} />
    </>
  )
}

function startOf(feed: Feed | undefined, proposal: Proposal): Fields {
  return {
    ...{ name: '', layout: feed?.layout ?? proposal.layout ?? '', home: feed?.home ?? (proposal.home || 'erp') },
    ...{ folder: feed?.folder ?? proposal.folder ?? '', namePattern: feed?.namePattern ?? '*', fileKind: feed?.fileKind ?? 'snapshot' },
    ...{ door: feed?.door ?? 'sftp', source: feed?.source ?? '', remoteFolder: feed?.remoteFolder ?? '' },
    ...{ afterCommit: feed?.afterCommit ?? 'move', priority: feed?.priority ?? 5, follows: feed?.follows ?? '' },
    ...{
      isEnabled: feed?.isEnabled ?? true,
      dueAt: '',
      dueZone: browserZone(),
      everyMinutes: '',
      graceMinutes: '',
      evidence: '',
      reason: '',
    },
  }
}

function placeOf(fields: Fields) {
  const { layout, home, folder, namePattern, fileKind, door, source, remoteFolder, afterCommit, priority, follows, isEnabled } = fields
  const remote = door === 'remote' ? { source, remoteFolder, afterCommit } : {}
  return { layout, home, folder, namePattern, fileKind, door, priority, isEnabled, follows: follows === '' ? null : follows, ...remote }
}

/** null takes the section away: a feed that declares no time is never silent. */
function dueOf({ dueAt, dueZone, everyMinutes, graceMinutes }: Fields) {
  const grace = graceMinutes === '' ? {} : { graceMinutes }
  if (everyMinutes !== '') return { everyMinutes, ...grace }
  const at = dueAt.split(/[\s,]+/).filter(time => time !== '')
  return at.length === 0 ? null : { at, zone: dueZone, ...grace }
}

function browserZone(): string {
  return timeZoneNow()
}
