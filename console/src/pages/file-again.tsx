import { Button } from '@mantine/core'
import { IconRotate } from '@tabler/icons-react'
import { useNavigate } from 'react-router'
import { useCancelFile, useImportAgain } from '../api/feeds.ts'
import type { FileDetail } from '../api/queries.ts'
import { AskWhy } from '../parts/ask.tsx'
import { Trouble } from '../parts/nothing.tsx'

const CAN_AGAIN: readonly FileDetail['state'][] = ['applied', 'failed', 'stale', 'duplicate', 'empty', 'undone']

/** Reads the kept original anew, without an upload, or keeps a waiting file from being read. */
export function Again({ file }: { file: FileDetail }) {
  const navigate = useNavigate()
  const again = useImportAgain(file.id)
  const cancel = useCancelFile(file.id)
  return (
    <>
      {file.state === 'received' && (
        <AskWhy label="Cancel" title={`Keep ${file.name} from being read`} confirm="Cancel the file" tone="default" deed={cancel}>
          <p>Nothing of it is applied. It moves to failed/, from where it can be imported again.</p>
        </AskWhy>
      )}
      {file.hasOriginal && CAN_AGAIN.includes(file.state) && !(file.state === 'applied' && file.fileKind === 'delta') && (
        <Button
          variant="default"
          leftSection={<IconRotate size={16} aria-hidden />}
          loading={again.isPending}
          onClick={() => again.mutate(undefined, { onSuccess: ({ fileId }) => navigate(`/files/${fileId}`) })}
        >
          {file.state === 'duplicate' ? 'It is a new count' : 'Import again'}
        </Button>
      )}
      <Trouble error={again.error} />
    </>
  )
}
