import { Button, MultiSelect } from '@mantine/core'
import { useState } from 'react'
import { type JobDetail, useGiveJob } from '../api/jobs.ts'
import { usePeople } from '../api/people.ts'
import { useSession } from '../api/queries.ts'
import { Trouble } from '../parts/nothing.tsx'
import { Panel } from '../parts/panel.tsx'

/** Who may run and change a job; admins choose. */
export function JobPeople({ job }: { job: JobDetail }) {
  const isAdmin = useSession().data?.role === 'admin'
  return (
    <Panel title="Who may run and change it">
      <p>{job.people === null ? 'Every operator and every admin.' : `${[...job.people, 'every admin'].join(', ')}.`}</p>
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
        label="Only these operators and tokens"
        data={offered}
        value={chosen}
        onChange={setChosen}
        searchable
        hidePickedOptions
        placeholder={offered.length === 0 ? 'There are no operators' : ''}
        maw={560}
      />
      <div style={{ display: 'flex', gap: 8, marginTop: 12 }}>
        <Button size="xs" onClick={() => give.mutate(chosen)} loading={give.isPending}>
          {chosen.length === 0 ? 'Give it to admins only' : `Give it to ${chosen.length} and admins`}
        </Button>
        {job.people !== null && (
          <Button size="xs" variant="default" onClick={() => give.mutate(null, { onSuccess: () => setChosen([]) })}>
            Give it to every operator
          </Button>
        )}
      </div>
      <Trouble error={give.error} />
    </>
  )
}
