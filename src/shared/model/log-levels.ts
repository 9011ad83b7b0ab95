/** How serious a line of a log is, from the least. */
export const logLevels = ['debug', 'info', 'warning', 'error'] as const;
