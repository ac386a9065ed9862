import { Radio } from '@mantine/core'

type Choice<Value extends string> = { value: Value; label: string; description?: string }

/** One of a few, each with a line on what it means. */
export function Choices<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string
  /** Null: nothing is chosen yet. */
  value: Value | null
  options: readonly Choice<Value>[]
  onChange(value: NoInfer<Value>): void
}) {
  return (
    <Radio.Group label={label} value={value} onChange={chosen => onChange(chosen as Value)}>
      <div style={{ display: 'grid', gap: 12, marginTop: 8 }}>
        {options.map(each => (
          <Radio key={each.value} value={each.value} label={each.label} description={each.description} />
        ))}
      </div>
    </Radio.Group>
  )
}
