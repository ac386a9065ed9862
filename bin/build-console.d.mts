/** Whether the console below this folder has to be built: it can be, and what is there is missing or old. */
export function isToBuild(root: string): boolean
