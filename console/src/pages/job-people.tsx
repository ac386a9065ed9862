import { Button, MultiSelect } from '@mantine/core'
import { useState } from 'react'
import { type JobDetail, useGiveJob } from '../api/jobs.ts'
import { usePeople } from '../api/people.ts'
import { useSession } from '../api/queries.ts'
import { Trouble } from '../parts/nothing.tsx'
import { Panel } from '../parts/panel.tsx'
import { jobs as texts } from '../texts/jobs.ts'

/** Who may run and change a job; admins choose. */
export function JobPeople({ job }: { job: JobDetail }) {
  const isAdmin = useSession().data?.role === 'admin'
  return (
    <Panel title={texts.whoMayRunAndChangeIt}>
      <p>{job.people === null ? texts.everyOperatorAndEveryAdmin : `${[...job.people, texts.everyAdmin].join(', ')}.`}</p>
      {isAdmin && <Choice job={job} />}
    </Panel>
  )
}

function Choice({ job }: { job: JobDetail }) {
  const people = usePeople()
  const give = useGiveJob(job.slug)
  const [chosen, setChosen] = useState<string[]>(job.people ?? [])
  const operators = (people.data?.people ?? []).filter(one => one.role === 'operator').map(one => one.name)
  const tokens = (people.data?.tokens ?? []).filter(one => one.role === 'operator').map(one => one.name)
  const offered = [...new Set([...operators, ...tokens, ...chosen])]
  return (
    <>
      <MultiSelect
        label={texts.onlyTheseOperatorsAndTokens}
        data={offered}
        value={chosen}
        onChange={setChosen}
        searchable
        hidePickedOptions
        placeholder={offered.length === 0 ? texts.thereAreNoOperators : ''}
        maw={560}
      />
      <div style={{ display: 'flex', gap: 8, marginTop: 12 }}>
        <Button size="xs" onClick={() => give.mutate(chosen)} loading={give.isPending}>
          {chosen.length === 0 ? texts.giveItToAdminsOnly : texts.giveItToAndAdmins(chosen.length)}
        </Button>
        {job.people !== null && (
          <Button size="xs" variant="default" onClick={() => give.mutate(null, { onSuccess: () => setChosen([]) })}>
            {texts.giveItToEveryOperator}
          </Button>
        )}
      </div>
      <Trouble error={give.error} />
    </>
  )
}
