import { IconArrowBackUp } from '@tabler/icons-react'
import type { FileDetail } from '../api/queries.ts'
import { useUndo, useUndoPreview } from '../api/rows.ts'
import { AskWhy } from '../parts/ask.tsx'
import { cell, Table } from '../parts/list.tsx'
import { Shown } from '../parts/nothing.tsx'
import { signed, whole } from '../parts/number.ts'
import { files as texts } from '../texts/files.ts'

/** Takes an applied file back, after showing what that does. */
export function Undo({ file }: { file: FileDetail }) {
  const undo = useUndo(file.id)
  if (file.state !== 'applied' || file.subject !== 'stock') return null
  return (
    <AskWhy
      label={texts.undo}
      title={texts.takeBack(file.name)}
      confirm={texts.takeItBack}
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
              ? texts.thereIsNothingToTakeBack
              : texts.backByUnitsInAll(texts.positionsMove(effect.positions), signed(effect.units))}
            {effect.overruled > 0 && texts.atALaterCountStands(texts.positions(effect.overruled))}
            {effect.negative > 0 && texts.belowNothingSinceMoreWasSoldThan(texts.positionsFall(effect.negative))}
            {texts.salesSinceStaySold}
          </p>
          {effect.largest.length > 0 && (
            <Table
              label={texts.whereItWouldDoMost}
              head={
                <tr>
                  <th>{texts.product}</th>
                  <th>{texts.facility}</th>
                  <th className={cell.right}>{texts.onHand}</th>
                </tr>
              }
            >
              {effect.largest.slice(0, 10).map(one => (
                <tr key={`${one.facility} ${one.sku ?? one.name}`}>
                  <td className={cell.main}>{one.sku ?? one.name}</td>
                  <td>{one.facility}</td>
                  <td className={cell.right}>
                    {one.isOverruled ? texts.countedLater(whole(one.beforeUnits)) : `${whole(one.beforeUnits)} → ${whole(one.afterUnits)}`}
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
