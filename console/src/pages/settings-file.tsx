import { Button, FileButton, PasswordInput, Switch, Textarea } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconBan, IconDownload, IconUpload } from '@tabler/icons-react'
import { type DragEvent, useEffect, useRef, useState } from 'react'
import { FILE_CHARS_MAX, referencesIn } from '../../../src/http/contract/configuration.ts'
import { ApiProblem, address } from '../api/client.ts'
import { useSession } from '../api/queries.ts'
import { type FileAsked, useConfigurationFile } from '../api/settings.ts'
import { Empty, Trouble } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { configuration as texts } from '../texts/configuration.ts'
import classes from './settings.module.css'
import { Applied, Differences, Refused } from './settings-file-said.tsx'

/** The configuration of the house as one file: out, and in, with the difference first. */
export function ConfigurationFile() {
  const session = useSession()
  if (session.data?.role !== 'admin')
    return (
      <Empty title={texts.adminOnly} icon={IconBan}>
        {texts.adminOnlyNote}
      </Empty>
    )
  return (
    <div className={classes.stack}>
      <Panel
        title={texts.takeIt}
        actions={
          <Button component="a" href={address('/configuration')} download size="xs" leftSection={<IconDownload size={14} aria-hidden />}>
            {texts.download}
          </Button>
        }
      >
        <p className={classes.meaning} style={{ margin: 0 }}>
          {texts.takeItNote}
        </p>
      </Panel>
      <Apply />
    </div>
  )
}

function Apply() {
  const [file, setFile] = useState('')
  const [secrets, setSecrets] = useState<Record<string, string>>({})
  const references = useReferences(file)
  const look = useConfigurationFile()
  const apply = useConfigurationFile()
  const field = useRef<HTMLTextAreaElement>(null)
  const given = Object.fromEntries(Object.entries(secrets).filter(([name, secret]) => secret !== '' && references.includes(name)))
  const [isPrune, setPrune] = useState(false)
  const asked = JSON.stringify([file, given, isPrune])
  const isLookedAt =
    look.data !== undefined &&
    look.variables !== undefined &&
    asked === JSON.stringify([look.variables.file, look.variables.secrets, look.variables.isPrune])

  function put(text: string) {
    setFile(text)
    apply.reset()
  }
  function show() {
    apply.reset()
    look.mutate({ file, secrets: given, isPrune, isDryRun: true })
  }
  function make(seen: FileAsked, basedOn: string) {
    apply.mutate({ ...seen, isDryRun: false, basedOn }, { onSuccess: () => setSecrets({}) })
  }
  const refused = issuesOf(apply.error) ?? issuesOf(look.error)
  return (
    <>
      <Panel title={texts.apply}>
        <div className={classes.editor}>
          <p className={classes.meaning} style={{ margin: 0 }}>
            {texts.applyNote}
          </p>
          <div className={classes.choose}>
            <FileButton accept=".yaml,.yml,.json" onChange={chosen => void chosen?.text().then(put)}>
              {props => (
                <Button {...props} variant="default" leftSection={<IconUpload size={16} aria-hidden />}>
                  {texts.chooseAFile}
                </Button>
              )}
            </FileButton>
            <span>{texts.orDropIt}</span>
          </div>
          <Textarea
            ref={field}
            label={texts.theFile}
            placeholder={texts.placeholder}
            autosize
            minRows={8}
            maxRows={24}
            spellCheck={false}
            onDragOver={event => event.preventDefault()}
            onDrop={event => void take(event, put)}
            value={file}
            onChange={event => put(event.currentTarget.value)}
            error={file.length > FILE_CHARS_MAX ? texts.tooLarge(whole(FILE_CHARS_MAX)) : undefined}
          />
          {references.length > 0 && <Secrets {...{ references, secrets, setSecrets }} />}
          <Switch
            label={texts.prune}
            description={texts.pruneNote}
            checked={isPrune}
            onChange={event => setPrune(event.currentTarget.checked)}
          />
          <div>
            <Button onClick={show} loading={look.isPending} disabled={file.trim() === '' || file.length > FILE_CHARS_MAX}>
              {texts.show}
            </Button>
          </div>
          {refused === null && <Trouble error={look.error} />}
        </div>
      </Panel>
      {refused !== null && <Refused issues={refused} goTo={line => select(field.current, line)} />}
      {apply.data ? (
        <Applied said={apply.data} />
      ) : (
        look.data &&
        look.variables &&
        look.error === null && (
          <Differences
            said={look.data}
            isCurrent={isLookedAt}
            deed={apply}
            apply={() => look.variables && look.data && make(look.variables, look.data.basedOn)}
          />
        )
      )}
    </>
  )
}

function Secrets({
  references,
  secrets,
  setSecrets,
}: {
  references: readonly string[]
  secrets: Readonly<Record<string, string>>
  setSecrets: (secrets: Record<string, string>) => void
}) {
  return (
    <fieldset style={{ margin: 0, padding: 0, border: 0 }}>
      <legend className={classes.label}>{texts.secrets}</legend>
      <p className={classes.meaning} style={{ margin: '0 0 8px' }}>
        {texts.secretsNote}
      </p>
      <div className={classes.secrets}>
        {references.map(reference => (
          <PasswordInput
            key={reference}
            label={reference}
            autoComplete="new-password"
            value={secrets[reference] ?? ''}
            onChange={event => setSecrets({ ...secrets, [reference]: event.currentTarget.value })}
          />
        ))}
      </div>
    </fieldset>
  )
}

const TYPED_PAUSE_MS = 300

/** What the file calls by a name instead of saying it. The reader of such files comes when one is there. */
function useReferences(file: string): readonly string[] {
  const [settled] = useDebouncedValue(file, TYPED_PAUSE_MS)
  const [references, setReferences] = useState<readonly string[]>([])
  useEffect(() => {
    let isLeft = false
    void referencesOf(settled).then(found => {
      if (!isLeft) setReferences(found)
    })
    return () => {
      isLeft = true
    }
  }, [settled])
  return references
}

async function referencesOf(file: string): Promise<readonly string[]> {
  if (file.trim() === '' || file.length > FILE_CHARS_MAX) return []
  const { parse } = await import('yaml')
  try {
    return referencesIn(parse(file))
  } catch {
    // What cannot be read is said, with its place, by the server.
    return []
  }
}

async function take(event: DragEvent, put: (text: string) => void): Promise<void> {
  event.preventDefault()
  const text = await event.dataTransfer.files[0]?.text()
  if (text !== undefined) put(text)
}

export type Issue = { at: string; message: string; code?: string | undefined; hint?: string | undefined }

function issuesOf(error: Error | null): readonly Issue[] | null {
  return error instanceof ApiProblem && error.problem.issues?.length ? error.problem.issues : null
}

/** Marks a line of the field, so that one sees where to mend. */
function select(field: HTMLTextAreaElement | null, line: number): void {
  if (field === null) return
  const lines = field.value.split('\n')
  const from = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0)
  field.focus()
  field.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0))
  field.scrollTop = (field.scrollHeight / lines.length) * Math.max(0, line - 4)
  field.scrollIntoView({ block: 'nearest' })
}
