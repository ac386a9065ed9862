import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'

const SYSTEM = 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif'
const SYSTEM_MONO = 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace'

/** The one accent. Every other colour means a state. */
const accent: MantineColorsTuple = [
  '#eef1fd',
  '#dbe1fa',
  '#b6c2f4',
  '#8fa1ee',
  '#6d84e8',
  '#546fe1',
  '#3b57d6',
  '#2f48ba',
  '#263a97',
  '#1d2c74',
]

/** The kit's greys in the dark, so that its fields and menus are of the same stone as our surfaces. */
const dark: MantineColorsTuple = [
  '#e8eaee',
  '#c3c8d1',
  '#9ba3af',
  '#6c7480',
  '#3a414c',
  '#2b3038',
  '#1c2026',
  '#181b20',
  '#101216',
  '#0b0d10',
]

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: 6,
  colors: { accent, dark },
  autoContrast: true,
  fontFamily: SYSTEM,
  fontFamilyMonospace: SYSTEM_MONO,
  headings: { fontFamily: SYSTEM, fontWeight: '600' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // The kit's <header> of a dialog would be a second banner beside the page's own.
    ModalHeader: { defaultProps: { role: 'none' } },
    DrawerHeader: { defaultProps: { role: 'none' } },
    // Who writes 12,5 means 12.5, and not 125.
    NumberInput: { defaultProps: { allowedDecimalSeparators: ['.', ','] } },
    Modal: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
  },
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
})

/** Both schemes are drawn by hand in theme.css; the kit takes its surfaces from there. */
export const colors: CSSVariablesResolver = () => {
  const shared = {
    '--mantine-color-body': 'var(--ground)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--ink-dim)',
    '--mantine-color-default': 'var(--surface)',
    '--mantine-color-default-hover': 'var(--surface-hover)',
    '--mantine-color-default-color': 'var(--ink)',
    '--mantine-color-default-border': 'var(--line-strong)',
    '--mantine-color-placeholder': 'var(--ink-dim)',
    '--mantine-color-anchor': 'var(--accent)',
  }
  return { variables: {}, light: shared, dark: shared }
}
