import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { cell, Table } from './list.tsx'

/** As much of Markdown as our own pages use: headings, paragraphs, lists, tables, bold, code and links. */
export function Markdown({ text }: { text: string }) {
  const blocks = text.split(/\n{2,}|\n(?=#)|(?<=^#.*)\n/m).filter(block => block.trim() !== '' && !block.startsWith('# '))
  return <article style={{ maxWidth: '76ch' }}>{blocks.map((block, at) => blockOf(block.trim(), `${at}`))}</article>
}

function blockOf(block: string, key: string): ReactNode {
  const lines = block.split('\n')
  if (block.startsWith('```'))
    return (
      <pre key={key} className="mono">
        {lines.slice(1, -1).join('\n')}
      </pre>
    )
  if (block.startsWith('#')) return <h2 key={key}>{spans(block.replace(/^#+ /, ''))}</h2>
  if (lines.every(line => line.startsWith('|'))) return <TableOf key={key} lines={lines} />
  const items = itemsOf(lines)
  if (items !== null) {
    const List = /^\d+\. /.test(block) ? 'ol' : 'ul'
    return (
      <List key={key}>
        {items.map(item => (
          <li key={item}>{spans(item)}</li>
        ))}
      </List>
    )
  }
  return <p key={key}>{spans(lines.join(' '))}</p>
}

/** The items of a list, the lines that go on joined to them; null: it is no list. */
function itemsOf(lines: readonly string[]): string[] | null {
  const items: string[] = []
  for (const line of lines) {
    const item = /^\s*(?:[-*]|\d+\.) (.*)$/.exec(line)
    if (item !== null) items.push(item[1] ?? '')
    else if (items.length > 0) items.push(`${items.pop()} ${line.trim()}`)
    else return null
  }
  return items
}

function TableOf({ lines }: { lines: readonly string[] }) {
  const [head = [], , ...rows] = lines.map(line =>
    line
      .split('|')
      .slice(1, -1)
      .map(one => one.trim()),
  )
  return (
    <Table
      label={head.join(', ')}
      head={
        <tr>
          {head.map(one => (
            <th key={one}>{spans(one)}</th>
          ))}
        </tr>
      }
    >
      {rows.map(row => (
        <tr key={row.join()}>
          {row.map((one, at) => (
            <td key={`${head[at]} ${one}`} className={at === 0 ? cell.nowrap : ''}>
              {spans(one)}
            </td>
          ))}
        </tr>
      ))}
    </Table>
  )
}

function spans(text: string): ReactNode[] {
  return text.split(/(\*\*[^*]+\*\*|`[^`]+`|\*[^*]+\*|\[[^\]]+\]\([^)]+\))/).map((part, index) => {
    const key = `${index} ${part}`
    const link = /^\[([^\]]+)\]\(([^)]+)\)$/.exec(part)
    // Only ways inside the console: these pages are our own, and lead nowhere else.
    if (link?.[2]?.startsWith('/'))
      return (
        <Link key={key} to={link[2]}>
          {link[1]}
        </Link>
      )
    if (part.startsWith('**')) return <strong key={key}>{part.slice(2, -2)}</strong>
    if (part.startsWith('`')) return <code key={key}>{part.slice(1, -1)}</code>
    if (part.startsWith('*') && part.length > 2) return <em key={key}>{part.slice(1, -1)}</em>
    return part
  })
}
