/** What the console says: help. */
export const help = {
  help: 'Help',
  beginWithWhenStockIsNotIn: 'Begin with “When stock is not in sync”: the guide’s five scenarios, each step with its page and its button.',
  searchTheManual: 'Search the manual',
  noPageHasAllOfTheseWords: 'No page has all of these words',
  takeFewerOfThem: 'Take fewer of them.',
  manual: 'Manual',
  codes: 'Codes',
  page: 'Page',
  itBegins: 'It begins',
  back: 'Back',
  thisCodeHasNoPageYet: 'This code has no page yet',
  readTheMessageAndItsHintThey: 'Read the message and its hint; they stand beside the code.',
} as const
