import { Button } from '@mantine/core'
import { IconRotate } from '@tabler/icons-react'
import { useCancelFile, useImportAgain } from '../api/feeds.ts'
import type { FileDetail } from '../api/queries.ts'
import { AskWhy } from '../parts/ask.tsx'
import { useGoToFile } from '../parts/go-to-file.ts'
import { Trouble } from '../parts/nothing.tsx'
import { files as texts } from '../texts/files.ts'

const CAN_AGAIN: readonly FileDetail['state'][] = ['applied', 'failed', 'stale', 'duplicate', 'empty', 'undone']

/** Reads the kept original anew, without an upload, or keeps a waiting file from being read. */
export function Again({ file }: { file: FileDetail }) {
  const goToFile = useGoToFile()
  const again = useImportAgain(file.id)
  const cancel = useCancelFile(file.id)
  return (
    <>
      {file.state === 'received' && (
        <AskWhy
          label={texts.cancel}
          title={texts.keepFromBeingRead(file.name)}
          confirm={texts.cancelTheFile}
          dismiss={texts.letItBeRead}
          tone="default"
          deed={cancel}
        >
          <p>{texts.nothingOfItIsAppliedItMoves}</p>
        </AskWhy>
      )}
      {file.hasOriginal && CAN_AGAIN.includes(file.state) && !(file.state === 'applied' && file.fileKind === 'delta') && (
        <Button
          variant="default"
          leftSection={<IconRotate size={16} aria-hidden />}
          loading={again.isPending}
          onClick={() => goToFile(again.mutateAsync(undefined))}
        >
          {file.state === 'duplicate' ? texts.itIsANewCount : texts.importAgain}
        </Button>
      )}
      <Trouble error={again.error} />
    </>
  )
}
