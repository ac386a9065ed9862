import { Button } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useCallback } from 'react'
import { Link, useParams } from 'react-router'
import { address } from '../api/client.ts'
import { type ProofDetail, useProof, useProofRows, useReleaseProof } from '../api/proofs.ts'
import { useSession } from '../api/queries.ts'
import { AskWhy } from '../parts/ask.tsx'
import { Back } from '../parts/back.tsx'
import { Export } from '../parts/export.tsx'
import { Chips, cell, Paged, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Code, Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Facts, PageHead, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { proofs as texts } from '../texts/proofs.ts'
import { CAUSE, endOf, KIND } from './proof-words.ts'

const AGE: Record<ProofDetail['byAge'][number]['age'], string> = {
  hour: texts.underAnHour,
  day: 'under a day',
  week: texts.underAWeek,
  older: 'older',
}

/** One comparison: what was compared, what differed and why, how long already, and the proof to keep. */
export function ProofPage() {
  const { runId = '' } = useParams()
  const proof = useProof(runId)
  return (
    <>
      <Back to="/proofs">{texts.proofsAndDrift}</Back>
      <Shown of={proof}>
        {one => (
          <>
            <Head proof={one} />
            <div style={{ display: 'grid', gap: 16 }}>
              <Found proof={one} />
              <Rows proof={one} />
            </div>
          </>
        )}
      </Shown>
    </>
  )
}

function Head({ proof }: { proof: ProofDetail }) {
  const session = useSession()
  const isHeld = proof.code === 'RECONCILE_BRAKE' && proof.releasedAt === null
  return (
    <PageHead
      title={`${KIND[proof.kind]} ${proof.runId}`}
      lead={[proof.shop, proof.scope, proof.askedBy && texts.askedForBy(proof.askedBy)].filter(Boolean).join(' · ')}
      actions={
        proof.finishedAt !== null && (
          <>
            <Download to={`/proofs/${proof.runId}/csv`} label={texts.csv} />
            <Download to={`/proofs/${proof.runId}/json`} label={texts.json} />
            {isHeld && session.data?.role !== 'viewer' && <ReleaseButton proof={proof} />}
          </>
        )
      }
    />
  )
}

function Download({ to, label }: { to: string; label: string }) {
  return (
    <Button component="a" href={address(to)} download size="sm" variant="default" leftSection={<IconDownload size={16} aria-hidden />}>
      {label}
    </Button>
  )
}

function Found({ proof }: { proof: ProofDetail }) {
  const unitsOff = proof.unitsOver + proof.unitsUnder
  return (
    <Panel title={texts.result} actions={<State {...endOf(proof)} />}>
      {proof.reason && (
        <p style={{ marginTop: 0 }}>
          {proof.reason} {proof.code && <Code code={proof.code} />}{' '}
          {proof.releasedAt && (
            <>
              {texts.releasedBy} {proof.releasedBy} <When at={proof.releasedAt} />.
            </>
          )}
        </p>
      )}
      <Facts
        facts={[
          [texts.compared, whole(proof.levelsCompared)],
          [texts.equal, whole(proof.levelsEqual)],
          [texts.different, whole(proof.levelsDifferent)],
          [texts.notStocked, whole(proof.levelsNotStocked)],
          [texts.nothingToBeSaidYet, whole(proof.levelsWaiting)],
          [texts.notOursToWrite, whole(proof.levelsForeign)],
          [texts.unitsShownAndNotThere, whole(proof.unitsOver)],
          [texts.unitsThereAndNotShown, whole(proof.unitsUnder)],
          [
            texts.oldestDifference,
            proof.oldestDifferentAt === null ? texts.none : <When key="oldest" at={proof.oldestDifferentAt} style="age" />,
          ],
          [texts.setRight, whole(proof.corrections)],
          [texts.began, <When key="began" at={proof.startedAt} />],
          [texts.ended, <When key="ended" at={proof.finishedAt} />],
        ]}
      />
      {unitsOff > 0 && proof.byAge.length > 0 && (
        <p style={{ margin: '16px 0 0' }}>
          {texts.unitsAtRiskByAge} {proof.byAge.map(each => `${whole(each.units)} ${AGE[each.age]}`).join(', ')}.
        </p>
      )}
      {proof.digest && (
        <p style={{ margin: '16px 0 0', overflowWrap: 'anywhere' }}>
          {texts.sha256OfTheCsv} <span className="mono">{proof.digest}</span>
        </p>
      )}
    </Panel>
  )
}

function Rows({ proof }: { proof: ProofDetail }) {
  const view = useView()
  const rows = useProofRows(String(proof.runId), { cause: view.get('cause'), search: view.get('search'), page: view.page })
  const search = useCallback((text: string) => view.set({ search: text }), [view.set])
  return (
    <Panel title={texts.notEqual} note={rows.data && totalOf(rows.data)} isFlush>
      <div className={cell.toolbar}>
        <Search label={texts.searchSkuOrLocation} value={view.get('search') ?? ''} onChange={search} />
        <Chips
          label={texts.cause}
          value={view.get('cause')}
          options={proof.byCause.map(each => ({ value: each.cause, label: CAUSE[each.cause].word, count: each.levels }))}
          onChange={cause => view.set({ cause })}
        />
        <Export {...rows.asked} what={texts.notEqual} />
      </div>
      <Shown of={rows}>
        {page => (
          <Paged
            of={page}
            empty={
              <Empty title={texts.nothingDiffers}>
                {proof.rowsKept === 0 && proof.levelsDifferent > 0
                  ? texts.onlyAHardSyncKeepsItsDifferences
                  : texts.everyLevelThatWasComparedShowsWhat}
              </Empty>
            }
          >
            <Table
              label={texts.differences}
              head={
                <tr>
                  <th>{texts.sku}</th>
                  <th className={cell.wide}>{texts.cause}</th>
                  <th className={cell.right}>{texts.ours}</th>
                  <th className={cell.right}>{texts.theirs}</th>
                  <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.since}</th>
                </tr>
              }
            >
              {page.rows.map(row => (
                <tr key={`${row.locationGid} ${row.inventoryItemGid}`}>
                  <td className={`mono ${cell.nowrap}`}>
                    <Link to={`/stock/${encodeURIComponent(row.sku)}`} data-row>
                      {row.sku}
                    </Link>
                  </td>
                  <td>
                    {CAUSE[row.cause].word} {row.detail && <Code code={row.detail} />}
                    <div className={cell.dim}>
                      {row.location} · {CAUSE[row.cause].means}
                    </div>
                  </td>
                  <td className={cell.right}>{whole(row.expectedUnits)}</td>
                  <td className={cell.right}>{row.shopUnits === null ? texts.none : whole(row.shopUnits)}</td>
                  <td className={`${cell.right} ${cell.narrowHidden}`}>
                    {row.differentSince === null ? null : <When at={row.differentSince} />}
                  </td>
                </tr>
              ))}
            </Table>
          </Paged>
        )}
      </Shown>
    </Panel>
  )
}

function ReleaseButton({ proof }: { proof: ProofDetail }) {
  const levels = proof.levelsDifferent + proof.levelsNotStocked
  return (
    <AskWhy label={texts.release} title={texts.releaseWhatWasFound} confirm={texts.release} deed={useReleaseProof(proof.runId)}>
      <p style={{ margin: 0 }}>
        {whole(levels)} {texts.levelsOf} {proof.shop} {texts.areReadAgainAndToldAgainWhere}
      </p>
    </AskWhy>
  )
}
