/** The exit codes of the command. */
export const exitCodes = { done: 0, internal: 1, usage: 2, external: 3, interrupted: 130, terminated: 143 } as const;
