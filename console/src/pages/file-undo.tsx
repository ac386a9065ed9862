import { IconArrowBackUp } from '@tabler/icons-react'
import type { FileDetail } from '../api/queries.ts'
import { useUndo, useUndoPreview } from '../api/rows.ts'
import { AskWhy } from '../parts/ask.tsx'
import { cell, Table } from '../parts/list.tsx'
import { Shown } from '../parts/nothing.tsx'
import { many, signed, whole } from '../parts/number.ts'

/** Takes an applied file back, after showing what that does. */
export function Undo({ file }: { file: FileDetail }) {
  const undo = useUndo(file.id)
  if (file.state !== 'applied' || file.subject !== 'stock') return null
  return (
    <AskWhy
      label="Undo"
      title={`Take ${file.name} back`}
      confirm="Take it back"
      tone="default"
      icon={<IconArrowBackUp size={16} aria-hidden />}
      deed={undo}
    >
      <UndoEffect fileId={file.id} />
    </AskWhy>
  )
}

function UndoEffect({ fileId }: { fileId: number }) {
  const preview = useUndoPreview(fileId, true)
  return (
    <Shown of={preview}>
      {effect => (
        <>
          <p>
            {effect.positions === 0
              ? 'There is nothing to take back.'
              : `${many(effect.positions, 'position moves', 'positions move')} back, by ${signed(effect.units)} units in all.`}
            {effect.overruled > 0 && ` At ${many(effect.overruled, 'position', 'positions')} a later count stands.`}
            {effect.negative > 0 &&
              ` ${many(effect.negative, 'position falls', 'positions fall')} below nothing, since more was sold than is left.`}
            {' Sales since stay sold.'}
          </p>
          {effect.largest.length > 0 && (
            <Table
              label="Where it would do most"
              head={
                <tr>
                  <th>Product</th>
                  <th>Facility</th>
                  <th className={cell.right}>On hand</th>
                </tr>
              }
            >
              {effect.largest.slice(0, 10).map(one => (
                <tr key={`${one.facility} ${one.sku ?? one.name}`}>
                  <td className={cell.main}>{one.sku ?? one.name}</td>
                  <td>{one.facility}</td>
                  <td className={cell.right}>
                    {one.isOverruled ? `${whole(one.beforeUnits)}, counted later` : `${whole(one.beforeUnits)} → ${whole(one.afterUnits)}`}
                  </td>
                </tr>
              ))}
            </Table>
          )}
        </>
      )}
    </Shown>
  )
}
