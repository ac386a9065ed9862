import { Button, FileButton, NativeSelect, Progress } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type DragEvent, type ReactNode, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { type UploadProgress, upload } from '../api/client.ts'
import { useFeeds, useSession } from '../api/queries.ts'
import { Modal } from '../parts/modal.tsx'
import { Trouble } from '../parts/nothing.tsx'
import { bytes } from '../parts/number.ts'
import { files as texts } from '../texts/files.ts'
import classes from './upload.module.css'

/** A page onto which a file can be dropped. It is taken as an SFTP client's would be, and its own page opens. */
export function Upload({ children }: { children: (chooser: ReactNode) => ReactNode }) {
  const session = useSession()
  const mayUpload = session.data?.role === 'operator' || session.data?.role === 'admin'
  const [file, setFile] = useState<File | null>(null)
  const [isOver, setOver] = useState(false)
  const depth = useRef(0)
  if (!mayUpload) return children(null)

  function drag(event: DragEvent, by: number) {
    if (!event.dataTransfer.types.includes('Files')) return
    event.preventDefault()
    depth.current = Math.max(0, depth.current + by)
    setOver(depth.current > 0)
  }

  function drop(event: DragEvent) {
    event.preventDefault()
    depth.current = 0
    setOver(false)
    setFile(event.dataTransfer.files.item(0))
  }

  const chooser = (
    <FileButton onChange={setFile}>
      {props => (
        <Button {...props} leftSection={<IconUpload size={16} aria-hidden />}>
          {texts.uploadAFile}
        </Button>
      )}
    </FileButton>
  )
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut; the button beside it does the same
    <div
      onDragEnter={event => drag(event, 1)}
      onDragLeave={event => drag(event, -1)}
      onDragOver={event => event.preventDefault()}
      onDrop={drop}
    >
      {isOver && <div className={classes.over}>{texts.dropTheFileToUploadIt}</div>}
      {children(chooser)}
      {file && <Sending file={file} onClose={() => setFile(null)} />}
    </div>
  )
}

function Sending({ file, onClose }: { file: File; onClose: () => void }) {
  const feeds = useFeeds()
  const names = (feeds.data?.rows ?? []).map(feed => feed.name)
  const [chosen, setChosen] = useState<string | null>(null)
  const [progress, setProgress] = useState<UploadProgress | null>(null)
  const client = useQueryClient()
  const navigate = useNavigate()
  const feed = chosen ?? names[0] ?? ''
  const sending = useMutation({
    mutationFn: () => upload<{ fileId: number }>(`/feeds/${encodeURIComponent(feed)}/files`, { name: file.name }, file, setProgress),
    onSuccess({ fileId }) {
      void client.invalidateQueries({ queryKey: ['files'] })
      void navigate(`/files/${fileId}`)
    },
  })
  const percent = progress && progress.totalBytes > 0 ? Math.floor((progress.sentBytes / progress.totalBytes) * 100) : 0
  return (
    <Modal
      onClose={onClose}
      title={texts.upload(file.name)}
      closeOnClickOutside={!sending.isPending}
      closeButtonProps={{ 'aria-label': texts.close }}
    >
      <div className={classes.form}>
        <NativeSelect
          label={texts.intoWhichFeed}
          description={texts.theFeedSaysHowTheColumnsAre}
          data={names}
          value={feed}
          onChange={event => setChosen(event.currentTarget.value)}
        />
        {sending.isPending && <Progress value={percent} aria-label={texts.sent(percent)} transitionDuration={200} />}
        <Trouble error={sending.error} />
        <Button onClick={() => sending.mutate()} loading={sending.isPending} disabled={feed === ''} data-autofocus>
          {texts.upload2} {bytes(file.size)}
        </Button>
      </div>
    </Modal>
  )
}
