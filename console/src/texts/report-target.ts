/** The words of the dialog that says where files go that go out. */
export const reportTarget = {
  open: 'Set where they go',
  title: 'Where files go that go out',
  kind: 'Which files',
  home: 'SFTP user’s home',
  homeNote: 'Whoever takes them signs in to the built-in SFTP server as a user of this home.',
  folder: 'Folder',
  folderNote: 'A name of letters and digits. They lie in its folder out/.',
  every: 'A file at most every so many minutes',
  isOn: 'Files are made',
  cancel: 'Cancel',
  confirm: 'Save',
  nothingYet: 'Corrections, counts and what may be sold can go out as files, for an ERP or another system.',
} as const
