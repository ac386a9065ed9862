import type { Said } from './said.ts'

/** What the console says: reports. */
export const reports = {
  variancesToBook: 'Variances to book',
  countsThatWereTaken: 'Counts that were taken',
  whatMayBeSoldAsItChanges: 'What may be sold, as it changes',
  filesThatGoOut: 'Files that go out',
  correctionsAndCountsThatAnErpHas:
    'Corrections and counts that an ERP has to book, and what may be sold, for other systems. Each line goes out once; each file is there whole or not at all.',
  files: 'Files',
  nothingWentOutYet: 'Nothing went out yet',
  aFileIsMadeWhenLinesWait: 'A file is made when lines wait for it and its time has come.',
  filesThatWentOut: 'Files that went out',
  file: 'File',
  lines: 'Lines',
  state: 'State',
  made: 'Made',
  out: '/out',
  notWritten: 'Not written',
  written: 'Written',
  triedAgainByItself: '; tried again by itself',
  whatWaits: 'What waits',
  nothingIsSetToGoOut: 'Nothing is set to go out',
  kind: 'Kind',
  waiting: 'Waiting',
  since: 'Since',
  aFileEvery: 'A file every',
  switchedOff: ', switched off',
  min: 'min',
  ofWord: (lines: Said, reason: Said) => `${lines} of ${reason}`,
  goNowhereTheirReasonsHaveNoAccount: 'go nowhere: their reasons have no account of the ERP yet.',
} as const
