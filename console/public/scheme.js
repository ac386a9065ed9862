// Before the first paint, so that a dark room does not get a white flash. The console keeps the choice under the same key.
;(() => {
  const kept = localStorage.getItem('trueup-color-scheme')
  const dark = kept === 'dark' || (kept !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
